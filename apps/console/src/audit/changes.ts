import type { AuditEvent } from '@weir/contracts/audit';

export interface FieldChange {
  readonly field: string;
  /** Empty: it was not there. */
  readonly before: string;
  readonly after: string;
  readonly isChanged: boolean;
}

/** Every field that was before or is after, side by side. */
export function changesOf(before: AuditEvent['before'], after: AuditEvent['after']): readonly FieldChange[] {
  const [left, right] = [fieldsOf(before), fieldsOf(after)];
  const both = left.size > 0 && right.size > 0;
  return [...new Set([...left.keys(), ...right.keys()])].map((field) => {
    const [was, is] = [left.get(field) ?? '', right.get(field) ?? ''];
    return { field, before: was, after: is, isChanged: both && was !== is };
  });
}

function fieldsOf(value: AuditEvent['before']): ReadonlyMap<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return new Map();
  return new Map(
    Object.entries(value).map(([name, field]) => [
      name,
      typeof field === 'string' ? field : JSON.stringify(field),
    ]),
  );
}
