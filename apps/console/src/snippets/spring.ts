import type { Snippet } from './snippet.ts';

export const spring: Snippet = {
  id: 'spring',
  name: 'Spring',
  needs: 'Spring for Apache Kafka; goes into application.properties',
  code: ({ bootstrap, keyId, secret }) => `spring.kafka.bootstrap-servers=${bootstrap}
spring.kafka.properties.security.protocol=SASL_PLAINTEXT
spring.kafka.properties.sasl.mechanism=SCRAM-SHA-256
spring.kafka.properties.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${keyId}" password="${secret}";
spring.kafka.consumer.auto-offset-reset=earliest`,
};
