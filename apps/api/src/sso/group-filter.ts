import { groupNameLengthMax, groupsPerMappingMax } from '@weir/contracts/single-sign-on';

const term = /^"((?:[^"\\]|\\["\\])+)" in groups$/;

export type ReadFilter =
  | { readonly ok: true; readonly groups: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/** Reads `"A" in groups || "B" in groups`: the form that users of such an API know, and all of it that is meant here. */
export const readGroupFilter = (text: string): ReadFilter => {
  const groups = new Set<string>();
  for (const part of text.split('||')) {
    const quoted = term.exec(part.trim())?.[1];
    if (quoted === undefined) {
      return { ok: false, problem: 'A filter is `"NAME" in groups`, several of them with `||` between.' };
    }
    const name = quoted.replaceAll(/\\(["\\])/g, '$1');
    if (name.length > groupNameLengthMax) {
      return { ok: false, problem: `A group’s name has at most ${groupNameLengthMax} characters.` };
    }
    groups.add(name);
  }
  if (groups.size > groupsPerMappingMax) {
    return { ok: false, problem: `One mapping names at most ${groupsPerMappingMax} groups.` };
  }
  return { ok: true, groups: [...groups] };
};

/** The same groups as text. */
export const writeGroupFilter = (groups: readonly string[]): string =>
  groups.map((name) => `"${name.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}" in groups`).join(' || ');

/** Whom a mapping means. */
export const isMeant = (mapped: readonly string[], groups: readonly string[]): boolean =>
  mapped.some((name) => groups.includes(name));
