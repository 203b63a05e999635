package dev.mneme.hub.mongodb;

import static java.util.Objects.requireNonNull;

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/// The contract on a real MongoDB, where one is named.
@EnabledIfEnvironmentVariable(named = "MNEME_TEST_MONGODB_URL", matches = ".+")
class RealServerContractTest extends MongoHubContractTest {
    @Override
    String url() {
        return requireNonNull(System.getenv("MNEME_TEST_MONGODB_URL"));
    }
}
