import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adjustmentLines, type OpenCredit, settle, type UsageLine, usageLines } from './invoice.ts';

const meters = ['bytes_in', 'bytes_out', 'cluster_seconds'] as const;
const amount = fc.bigInt({ min: 0n, max: 10n ** 12n });
const anyLine: fc.Arbitrary<UsageLine> = fc.record({
  clusterId: fc.constantFrom('lkc-1', 'lkc-2'),
  kind: fc.constantFrom('Basic', 'Standard'),
  region: fc.constant('LOCAL.local'),
  meter: fc.constantFrom(...meters),
  quantity: amount,
  micros: amount,
});
const hours = fc
  .array(fc.record({ line: anyLine, hourMs: fc.nat(1_000) }), { maxLength: 60 })
  .map((all) => all.map(({ hourMs, line }) => ({ ...line, hourMs })));
const sum = (lines: readonly Pick<UsageLine, 'micros'>[]) =>
  lines.reduce((all, { micros }) => all + micros, 0n);

it('says in lines exactly what the hours cost, each cluster, kind and meter once', () => {
  fc.assert(
    fc.property(hours, (all) => {
      const lines = usageLines(all);
      expect(sum(lines)).toBe(sum(all));
      const names = lines.map(({ clusterId, kind, meter }) => `${clusterId} ${kind} ${meter}`);
      expect(new Set(names).size).toBe(names.length);
      expect(usageLines(all.toReversed())).toEqual(lines);
    }),
  );
});

it('adjusts a month by exactly what came to it, and by nothing once that is invoiced', () => {
  fc.assert(
    fc.property(hours, hours, (first, late) => {
      const invoiced = usageLines(first);
      const now = usageLines([...first, ...late]);
      const adjusted = adjustmentLines(now, invoiced);
      expect(sum(invoiced) + sum(adjusted)).toBe(sum(now));
      expect(adjustmentLines(now, [...invoiced, ...adjusted])).toEqual([]);
      expect(adjustmentLines(now, now)).toEqual([]);
    }),
  );
});

const credit = (id: string, micros: bigint, change: Partial<OpenCredit> = {}): OpenCredit => ({
  ...{ id, micros, expiresAtMs: null, createdAtMs: 0 },
  ...change,
});

it('takes credits that expire first, and none beyond what there is to pay', () => {
  const open = [credit('stays', 90_000n), credit('soon', 30_000n, { expiresAtMs: 5 })];
  expect(settle([{ micros: 100_000n }], open, 0n)).toEqual({
    subtotal: 100_000n,
    credits: [
      { creditId: 'soon', micros: 30_000n },
      { creditId: 'stays', micros: 70_000n },
    ],
    due: 0n,
    carried: 0n,
  });
  expect(settle([], open, 0n).credits).toEqual([]);
});

it('asks for whole cents, and carries what is over or in the payer’s favour', () => {
  expect(settle([{ micros: 12_345n }], [], 9_000n)).toMatchObject({ due: 20_000n, carried: 1_345n });
  expect(settle([{ micros: -50_000n }], [credit('c', 10n)], 0n)).toEqual({
    subtotal: -50_000n,
    credits: [],
    due: 0n,
    carried: -50_000n,
  });
});

it('loses and adds nothing over any number of invoices', () => {
  const months = fc.array(
    fc.record({
      micros: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
      credit: fc.bigInt({ min: 0n, max: 10n ** 9n }),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(months, (all) => {
      let carried = 0n;
      let due = 0n;
      let credited = 0n;
      for (const month of all) {
        const settled = settle([month], [credit('c', month.credit)], carried);
        expect(settled.due % 10_000n).toBe(0n);
        expect(settled.due >= 0n && settled.carried < 10_000n).toBe(true);
        due += settled.due;
        credited += sum(settled.credits);
        carried = settled.carried;
      }
      expect(due + carried).toBe(sum(all) - credited);
    }),
  );
});
