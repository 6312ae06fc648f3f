// What no honest client sends, apart from where it is put.

export interface Strange {
  readonly what: string;
  /** As it is in the request: JSON in a body, text in a path or a query before it is encoded. */
  readonly text: string;
}

const named = (all: Readonly<Record<string, string>>): readonly Strange[] =>
  Object.entries(all).map(([what, text]) => ({ what, text }));

/** One kibibyte below what a body may be, with room for what is around it. */
const hugeLength = 2 * 1024 * 1024 - 4096;
const nested = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
const listOf = (item: string, count: number) => `[${Array.from({ length: count }, () => item).join(',')}]`;

const moments = [
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30T25:61:61Z',
  '1969-12-31T23:59:59+14:00',
];

const texts: Readonly<Record<string, string>> = {
  nothing: '',
  blank: ' \t\n',
  NUL: 'a\0b',
  'half a surrogate pair': 'a\ud800b',
  'text that runs the other way': '\u202eabc\u2066',
  'marks upon marks': `a${'\u0301'.repeat(2_000)}`,
  'pictures of many units': '👩‍👩‍👧‍👦'.repeat(500),
  'a byte order mark': '\ufeffa',
  'a name of every object': '__proto__',
  'a way out': '../../../../etc/passwd',
  'a query of a store': "' OR 1=1; --",
  'a format': `%s%n%x$${'{7*7}'}{{7*7}}`,
  'a pattern without end': `${'(a+'.repeat(40)}${')+'.repeat(40)}!`,
};

const numbers: Readonly<Record<string, string>> = {
  zero: '0',
  'less than zero': '-1',
  'a fraction': '1.5',
  'a number beyond all': '1e999',
  'less than all': '-1e999',
  'next to nothing': '1e-999',
  'a number of 64 bits': '9223372036854775808',
  'a number of 32 bits': '2147483648',
  'a number of many digits': '9'.repeat(10_000),
};

/** Raw JSON for a place in a body. */
export const strangeJson: readonly Strange[] = [
  ...named(numbers),
  ...named({
    null: 'null',
    true: 'true',
    'an object': '{}',
    'an array': '[]',
    'a huge string': `"${'x'.repeat(hugeLength)}"`,
    'a huge string of escapes': `"${'\\u0041'.repeat(Math.floor(hugeLength / 6))}"`,
    'arrays 60 deep': nested('[', ']', 60),
    'arrays 100,000 deep': nested('[', ']', 100_000),
    'objects 100,000 deep': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    'an array of 90,000 numbers': listOf('1', 90_000),
    'an array of 500,000 empty arrays': listOf('[]', 500_000),
    'an array of 20,000 objects': listOf('{"name":"x"}', 20_000),
    'an object of 90,000 keys': `{${Array.from({ length: 90_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
    'an object with a prototype': '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}',
    'half of JSON': '{"a":',
  }),
  ...Object.entries(texts).map(([what, text]) => ({ what, text: JSON.stringify(text) })),
  ...moments.map((moment) => ({ what: `the time ${moment}`, text: JSON.stringify(moment) })),
];

/** For a part of a path or a value of a query. */
export const strangeText: readonly Strange[] = [
  ...named(numbers),
  ...named(texts),
  ...moments.map((moment) => ({ what: `the time ${moment}`, text: moment })),
  { what: 'a long text', text: 'x'.repeat(8_000) },
  { what: 'many commas', text: ','.repeat(4_000) },
  { what: 'JSON', text: '{"a":[1,{"b":null}]}' },
];
