package dev.mneme.engine.feed;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.spi.Store.KeyListener;
import dev.mneme.core.spi.Store.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Who is told of the keys that the system shard's entries put and delete.
///
/// **Threads**: any may subscribe; the system shard's tells.
public final class KeyFollowers implements KeyListener {
    private final List<KeyListener> all = new CopyOnWriteArrayList<>();

    public Subscription subscribe(KeyListener listener) {
        all.add(listener);
        return () -> all.remove(listener);
    }

    @Override
    public void put(ApiKey key) {
        all.forEach(listener -> listener.put(key));
    }

    @Override
    public void deleted(String keyId) {
        all.forEach(listener -> listener.deleted(keyId));
    }

    @Override
    public void replaced() {
        all.forEach(KeyListener::replaced);
    }
}
