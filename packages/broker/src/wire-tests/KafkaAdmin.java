import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.common.config.ConfigResource;

/** What Java's Admin makes of settings: changed one at a time, described as kafka-configs describes them, listed. */
public class KafkaAdmin {
    public static void main(String[] args) throws Exception {
        var settings = new java.util.HashMap<String, Object>();
        settings.put("bootstrap.servers", args[0]);
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", "PLAIN");
        settings.put("sasl.jaas.config", String.format(
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";",
            args[1], args[2]));
        try (var admin = Admin.create(settings)) {
            var topic = new ConfigResource(ConfigResource.Type.TOPIC, "open-topic");
            say("set", alter(admin, topic, false,
                set("cleanup.policy", "compact"), set("retention.ms", "5000")));
            say("appended", alter(admin, topic, false,
                op("cleanup.policy", "delete", AlterConfigOp.OpType.APPEND)));
            say("validated", alter(admin, topic, true, set("retention.ms", "7000")));
            say("wrong", alter(admin, topic, false, set("retention.ms", "soon")));
            say("hidden", alter(admin, new ConfigResource(ConfigResource.Type.TOPIC, "hidden"), false,
                set("retention.ms", "5000")));
            say("broker", alter(admin, new ConfigResource(ConfigResource.Type.BROKER, "1"), false,
                set("num.partitions", "5")));
            describe(admin, topic, "cleanup.policy", "retention.ms", "segment.ms");
            say("deleted", alter(admin, topic, false, op("retention.ms", null, AlterConfigOp.OpType.DELETE)));
            describe(admin, topic, "retention.ms");
            describe(admin, new ConfigResource(ConfigResource.Type.BROKER, "1"), "delete.topic.enable", "num.partitions");
            var listed = admin.listConfigResources(
                Set.of(ConfigResource.Type.TOPIC, ConfigResource.Type.BROKER), new ListConfigResourcesOptions());
            say("listed", listed.all().get().stream().map(each -> each.type() + " " + each.name()).sorted().toList()
                .toString());
        }
    }

    static AlterConfigOp set(String name, String value) {
        return op(name, value, AlterConfigOp.OpType.SET);
    }

    static AlterConfigOp op(String name, String value, AlterConfigOp.OpType type) {
        return new AlterConfigOp(new ConfigEntry(name, value), type);
    }

    static String alter(Admin admin, ConfigResource resource, boolean validateOnly, AlterConfigOp... ops)
            throws InterruptedException {
        Map<ConfigResource, Collection<AlterConfigOp>> asked = Map.of(resource, List.of(ops));
        try {
            admin.incrementalAlterConfigs(asked, new AlterConfigsOptions().validateOnly(validateOnly)).all().get();
            return "none";
        } catch (ExecutionException failed) {
            return failed.getCause().getClass().getSimpleName();
        }
    }

    static void describe(Admin admin, ConfigResource resource, String... names) throws Exception {
        var options = new DescribeConfigsOptions().includeSynonyms(true);
        Config config = admin.describeConfigs(List.of(resource), options).all().get().get(resource);
        for (String name : names) {
            var entry = config.get(name);
            var synonyms = entry.synonyms().stream()
                .map(each -> each.source() + ":" + each.name() + "=" + each.value()).toList();
            say("config", String.format("%s=%s readOnly=%s %s", name, entry.value(), entry.isReadOnly(), synonyms));
        }
    }

    static void say(String what, String text) {
        System.out.println(what + ": " + text);
    }
}
