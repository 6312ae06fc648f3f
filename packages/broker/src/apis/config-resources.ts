/** ConfigResource.Type codes of org.apache.kafka.common.config. */
export const configResourceTypes = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const;

/** As Apache Kafka names a type that nobody can configure. */
export const noConfiguration = (resourceType: number): string =>
  `Resource type ${resourceType} has no configuration here.`;

/** What Apache Kafka says of settings of which one is named twice; null: none is. */
export function namesTwice(configs: readonly { readonly name: string }[]): string | null {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name } of configs) (seen.has(name) ? repeated : seen).add(name);
  return repeated.size === 0 ? null : `Error due to duplicate config keys : ${listed(repeated)}`;
}

/** The names as a sentence of an answer has them: it carries no more than a client needs to see what it did. */
export const listed = (names: Iterable<string>): string => {
  const text = [...names].join(',');
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text;
};

const shownLengthMax = 300;
