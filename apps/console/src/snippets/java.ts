import { fetchCa, firstTopic, type Snippet, tlsLines } from './snippet.ts';

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>weir</groupId>
  <artifactId>hello</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-clients</artifactId>
      <version>4.3.0</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>`;

const truststore = (file: string) => `    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", "${file}");
`;

export const java: Snippet = {
  id: 'java',
  name: 'Java',
  needs: 'JDK 17 or newer, Maven',
  code: ({ bootstrap, keyId, secret }) => `mkdir -p weir-java/src/main/java && cd weir-java
${fetchCa(bootstrap)}cat > pom.xml <<'EOF'
${pom}
EOF
cat > src/main/java/Hello.java <<'EOF'
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;

public class Hello {
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", "${bootstrap.servers}");
    settings.put("security.protocol", "${bootstrap.protocol}");
${tlsLines(bootstrap, { byFile: truststore })}    settings.put("sasl.mechanism", "SCRAM-SHA-256");
    settings.put("sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required "
            + "username=\\"${keyId}\\" password=\\"${secret}\\";");
    String text = "org.apache.kafka.common.serialization.String";
    settings.put("key.serializer", text + "Serializer");
    settings.put("value.serializer", text + "Serializer");
    settings.put("key.deserializer", text + "Deserializer");
    settings.put("value.deserializer", text + "Deserializer");
    settings.put("group.id", "java-readers");
    settings.put("auto.offset.reset", "earliest");

    try (Producer<String, String> producer = new KafkaProducer<>(settings)) {
      producer.send(new ProducerRecord<>("${firstTopic}", "java", "Hello from Java")).get();
    }
    try (Consumer<String, String> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(List.of("${firstTopic}"));
      ConsumerRecords<String, String> records = ConsumerRecords.empty();
      while (records.isEmpty()) records = consumer.poll(Duration.ofSeconds(1));
      for (ConsumerRecord<String, String> record : records) {
        System.out.printf("%s %d/%d: %s%n", record.topic(), record.partition(), record.offset(), record.value());
      }
      consumer.commitSync();
    }
  }
}
EOF
mvn --quiet compile org.codehaus.mojo:exec-maven-plugin:3.5.0:java -Dexec.mainClass=Hello`,
};
