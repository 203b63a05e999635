package dev.mneme.hub.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Another program on the same Redis: it says what it likes, and writes down what it hears.
final class Wire implements AutoCloseable {
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> commands;
    private final StatefulRedisPubSubConnection<String, String> subscriber;
    final List<String> heard = new CopyOnWriteArrayList<>();

    Wire(String url) {
        client = RedisClient.create(url);
        RedisCodec<String, String> codec = StringCodec.UTF8;
        commands = client.connect(codec);
        subscriber = client.connectPubSub(codec);
        subscriber.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String pattern, String channel, String message) {
                heard.add(channel + " " + message);
            }
        });
        subscriber.sync().psubscribe("*");
    }

    void say(String channel, String message) {
        commands.sync().publish(channel, message);
    }

    @Override
    public void close() {
        subscriber.close();
        commands.close();
        client.shutdown();
    }
}
