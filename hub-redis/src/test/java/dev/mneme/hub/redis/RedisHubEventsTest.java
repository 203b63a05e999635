package dev.mneme.hub.redis;

import static org.awaitility.Awaitility.await;

import dev.mneme.core.hub.HubEvents;
import dev.mneme.testkit.HubEventsContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// The contract, against a real Redis that is really stopped.
@SuppressWarnings("NullAway.Init")
final class RedisHubEventsTest extends HubEventsContract {
    private RedisProcess redis;

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisProcess.run();
    }

    @AfterEach
    void stopRedis() throws Exception {
        redis.close();
    }

    @Override
    protected HubEvents open(String node, int queue) {
        return new TestSettings(redis.url(), node).queue(queue, 32L << 20).start();
    }

    @Override
    protected void away(boolean away) throws Exception {
        if (away) {
            redis.stop();
        } else {
            redis.start();
        }
    }

    @Override
    protected void awaitFull(HubEvents node) {
        await().atMost(PATIENCE).until(() -> ((RedisHubEvents) node).counts().overrun() > 0);
    }
}
