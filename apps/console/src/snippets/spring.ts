import { fetchCa, type Snippet, tlsLines } from './snippet.ts';

const comment = (line: string) => (line === '' ? '' : `# ${line}`);
const truststore = (file: string) => `spring.kafka.properties.ssl.truststore.type=PEM
spring.kafka.properties.ssl.truststore.location=${file}
`;

export const spring: Snippet = {
  id: 'spring',
  name: 'Spring',
  needs: 'Spring for Apache Kafka; goes into application.properties',
  code: ({
    bootstrap,
    keyId,
    secret,
  }) => `${comment(fetchCa(bootstrap))}spring.kafka.bootstrap-servers=${bootstrap.servers}
spring.kafka.properties.security.protocol=${bootstrap.protocol}
${tlsLines(bootstrap, { byFile: truststore })}spring.kafka.properties.sasl.mechanism=SCRAM-SHA-256
spring.kafka.properties.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${keyId}" password="${secret}";
spring.kafka.consumer.auto-offset-reset=earliest`,
};
