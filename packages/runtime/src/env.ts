import { z } from 'zod';

/** What a settings schema may be built of; `describe` says in the error what would be right. */
export type EnvShape = Readonly<Record<string, z.ZodType>>;

/** One line a bad variable: its name, its value (never a secret's) and what would be right. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const secrets = z.registry<{ secret: true }>();

/**
 * Reads settings from the environment. A variable that is empty counts as not set.
 * Throws EnvError, which names every bad variable at once.
 */
export const parseEnv = <Shape extends EnvShape>(
  shape: Shape,
  source: Readonly<Record<string, string | undefined>>,
): { readonly [Name in keyof Shape]: z.output<Shape[Name]> } => {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const text = source[name] === '' ? undefined : source[name];
    const parsed = schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(problemOf(name, text, schema, parsed.error));
  }
  if (problems.length > 0) throw new EnvError(problems);
  // Every name of the shape was just filled with what its own schema returned.
  return values as { readonly [Name in keyof Shape]: z.output<Shape[Name]> };
};

const problemOf = (name: string, text: string | undefined, schema: z.ZodType, error: z.ZodError): string => {
  const right = error.issues[0]?.message ?? 'is not valid';
  if (text === undefined) return `${name} is not set: it must be ${right}.`;
  const shown = isSecret(schema) ? 'has a value that is not shown and' : `is ${JSON.stringify(text)} and`;
  return `${name} ${shown} is not valid: it must be ${right}.`;
};

/** Also when the schema is wrapped, as by `optional()`: a wrapper does not know what it holds. */
const isSecret = (schema: z.ZodType): boolean => {
  if (secrets.has(schema)) return true;
  const isWrapper = schema instanceof z.ZodOptional || schema instanceof z.ZodNullable;
  const inner = isWrapper || schema instanceof z.ZodDefault ? schema.unwrap() : null;
  return inner instanceof z.ZodType && isSecret(inner);
};

/** A TCP port. */
export const port = (fallback: number) =>
  whole({ min: 1, max: 65_535, fallback, right: 'a port from 1 to 65535' });

export const whole = (bounds: { min: number; max: number; fallback: number; right?: string }) => {
  const right = bounds.right ?? `a whole number from ${bounds.min} to ${bounds.max}`;
  return z
    .string(right)
    .regex(/^\d{1,15}$/, right)
    .transform(Number)
    .refine((value) => value >= bounds.min && value <= bounds.max, right)
    .default(bounds.fallback);
};

/** `host:port`, or several of them, with commas between them and no spaces. */
export const addresses = () => {
  const right = 'one or more host:port, such as localhost:9092,localhost:9093';
  return z.string(right).refine((value) => value.split(',').every(isAddress), right);
};

const isAddress = (value: string): boolean => {
  const [, portText] = /^(?:[^\s:,[\]]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(value) ?? [];
  return Number(portText) >= 1 && Number(portText) <= 65_535;
};

const dnsServer = /^(?:\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|\[[0-9A-Fa-f:]+\](?::\d{1,5})?)$/;

/** IP addresses of DNS servers, each with a port if it is not 53, with commas between them. */
export const dnsServers = () => {
  const right = 'addresses such as 192.0.2.1 or [2001:db8::1]:5353, with commas between them';
  return z
    .string(right)
    .transform((text) => text.split(','))
    .refine((servers) => servers.every((server) => dnsServer.test(server)), right);
};

/** `true` or `false`, and nothing that would have to be guessed. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], 'true or false')
    .transform((text) => text === 'true')
    .default(fallback);

export const text = (fallback: string) => z.string('text').default(fallback);

export const choice = <const Choice extends string>(choices: readonly Choice[], fallback: Choice) =>
  z.enum(choices, `one of ${choices.join(', ')}`).default(() => fallback);

/** A URL with one of the protocols. It may hold a password, so its value never stands in an error. */
export const serviceUrl = (protocols: readonly string[], example: string) => {
  const right = `a URL such as ${example}`;
  const schema = z.string(right).refine((value) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    return url !== null && protocols.includes(url.protocol.slice(0, -1)) && url.hostname !== '';
  }, right);
  secrets.add(schema, { secret: true });
  return schema;
};

export const postgresUrl = () =>
  serviceUrl(['postgres', 'postgresql'], 'postgres://user:password@localhost:5432/weir');
export const redisUrl = () => serviceUrl(['redis', 'rediss'], 'redis://localhost:6379');

const smtpRight =
  'smtps://user:password@mail.example.com:465, or smtp://… with port 587 for STARTTLS, and no path or parameters';

/** A mail server. Parameters, which would be read as settings of the library, are refused. */
export const smtpUrl = () => {
  const schema = z.string(smtpRight).refine((value) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return false;
    const isPlain = ['', '/'].includes(url.pathname) && url.search === '' && url.hash === '';
    return isPlain && isDecodable(url.username) && isDecodable(url.password);
  }, smtpRight);
  secrets.add(schema, { secret: true });
  return schema;
};

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/** Who mail comes from: `no-reply@example.com`, or with a name before it in angle brackets. */
export const mailAddress = () => {
  const right = 'an address such as no-reply@example.com or Weir <no-reply@example.com>';
  const form =
    /^(?:[^<>@"\p{Cc}]{1,100} <[^\s<>@,]{1,64}@[A-Za-z0-9.-]{1,255}>|[^\s<>@,]{1,64}@[A-Za-z0-9.-]{1,255})$/u;
  return z.string(right).regex(form, right);
};

/** Where people reach something: an origin, and nothing behind it that links would have to be joined to. */
export const publicUrl = (example: string) => {
  const right = `an address such as ${example}`;
  return z.string(right).refine((value) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    return (
      url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '' && url.username === ''
    );
  }, right);
};

/** Whether people reach that address on their own machine only. */
export const isLoopbackUrl = (url: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);

/** Key material: text of at least that many characters. */
export const secretText = (lengthMin: number) => {
  const right = `a secret of at least ${lengthMin} characters`;
  const schema = z.string(right).min(lengthMin, right);
  secrets.add(schema, { secret: true });
  return schema;
};

/** A URL as it may be shown: without name, password and parameters. */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};
