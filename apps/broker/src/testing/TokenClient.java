import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Signs in with tokens that it gets for itself (KIP-768), writes for so many seconds, reads all of it back, and ends. */
public class TokenClient {
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("security.protocol", "SASL_PLAINTEXT");
    settings.put("sasl.mechanism", "OAUTHBEARER");
    settings.put("sasl.oauthbearer.token.endpoint.url", args[1]);
    String callbacks = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler";
    settings.put("sasl.login.callback.handler.class", callbacks);
    String module = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";
    String login = " clientId=\"" + args[2] + "\" clientSecret=\"" + args[3] + "\" scope=\"kafka\"";
    settings.put("sasl.jaas.config", module + login + " extension_logicalCluster=\"" + args[4] + "\";");
    settings.put("key.serializer", StringSerializer.class.getName());
    settings.put("value.serializer", StringSerializer.class.getName());
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    settings.put("group.id", "token-readers");
    settings.put("auto.offset.reset", "earliest");
    int wanted = 10 * Integer.parseInt(args[6]);
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
      for (int number = 0; number < wanted; number += 1) {
        producer.send(new ProducerRecord<>(args[5], "record-" + number)).get();
        Thread.sleep(100);
      }
      producer.metrics().forEach((name, metric) -> {
        if (name.name().equals("successful-reauthentication-total") && name.group().equals("producer-metrics"))
          System.out.println("again " + metric.metricValue());
      });
    }
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(List.of(args[5]));
      int count = 0;
      while (count < wanted) count += consumer.poll(Duration.ofSeconds(1)).count();
      System.out.println("read " + count);
    }
  }
}
