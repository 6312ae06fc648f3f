import { z } from 'zod';

const label = (form: RegExp, right: string, fallback: string) =>
  z.string(right).regex(form, right).default(fallback);

/** How the local cell is called in the catalogue. Programs that know clouds by name take only such as AWS, AZURE and GCP. */
export const regionEnv = {
  WEIR_CLOUD: label(/^[A-Z][A-Z0-9_-]{0,31}$/, 'a name in capitals, such as LOCAL or AWS', 'LOCAL'),
  WEIR_REGION: label(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a name such as local or eu-central-1', 'local'),
};
