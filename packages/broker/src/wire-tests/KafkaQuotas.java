import java.util.*;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.quota.*;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What Java's Admin sets and reads of client quotas at args[0], as args[1] with args[2], and what a producer then feels. */
public class KafkaQuotas {
    static final Map<String, Object> settings = new HashMap<>();

    public static void main(String[] args) throws Exception {
        settings.put("bootstrap.servers", args[0]);
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", "PLAIN");
        settings.put("sasl.jaas.config", String.format(
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";",
            args[1], args[2]));
        try (var admin = Admin.create(settings)) {
            if (args[3].equals("read")) {
                var quorum = admin.describeMetadataQuorum().quorumInfo().get();
                say("quorum", quorum.leaderId() + " " + quorum.highWatermark() + " " + quorum.voters().size() + " "
                    + quorum.observers().size());
                describe(admin, "kept", ClientQuotaFilter.all());
                return;
            }
            say("before", String.valueOf(throttleMs()));
            say("set", alter(admin, false, Map.of("user", "lkc-own"), "producer_byte_rate", 200_000.0));
            say("default", alter(admin, false, entity("user", null, "client-id", "app"), "consumer_byte_rate", 5_000.0));
            say("validated", alter(admin, true, Map.of("user", "other"), "producer_byte_rate", 1.0));
            say("wrong", alter(admin, false, Map.of("user", "lkc-own"), "nonsense", 1.0));
            say("address", alter(admin, false, Map.of("ip", "10.0.0.1"), "connection_creation_rate", 1.0));
            describe(admin, "all", ClientQuotaFilter.all());
            describe(admin, "strict", ClientQuotaFilter.containsOnly(
                List.of(ClientQuotaFilterComponent.ofEntity("user", "lkc-own"))));
            say("slowed", String.valueOf(throttleMs() > 100));
            say("removed", alter(admin, false, Map.of("user", "lkc-own"), "producer_byte_rate", null));
            say("after", String.valueOf(throttleMs()));
        }
    }

    static Map<String, String> entity(String... parts) {
        var entity = new HashMap<String, String>();
        for (int at = 0; at < parts.length; at += 2) entity.put(parts[at], parts[at + 1]);
        return entity;
    }

    static String alter(Admin admin, boolean validateOnly, Map<String, String> entity, String key, Double value)
            throws InterruptedException {
        var asked = new ClientQuotaAlteration(new ClientQuotaEntity(entity), List.of(new ClientQuotaAlteration.Op(key, value)));
        try {
            admin.alterClientQuotas(List.of(asked), new AlterClientQuotasOptions().validateOnly(validateOnly)).all().get();
            return "none";
        } catch (ExecutionException failed) {
            return failed.getCause().getClass().getSimpleName();
        }
    }

    static void describe(Admin admin, String what, ClientQuotaFilter filter) throws Exception {
        var lines = new TreeSet<String>();
        admin.describeClientQuotas(filter).entities().get()
            .forEach((entity, values) -> lines.add(new TreeMap<>(entity.entries()) + " " + values));
        say(what, lines.toString());
    }

    /** The longest that a producer was told to wait while it sent 1.5 MB, milliseconds. */
    static long throttleMs() throws Exception {
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int at = 0; at < 15; at += 1)
                producer.send(new ProducerRecord<>("open-topic", new byte[100_000])).get();
            for (var metric : producer.metrics().values())
                if (metric.metricName().name().equals("produce-throttle-time-max"))
                    return Math.round((Double) metric.metricValue());
        }
        throw new IllegalStateException("no such metric");
    }

    static void say(String what, String text) {
        System.out.println(what + ": " + text);
    }
}
