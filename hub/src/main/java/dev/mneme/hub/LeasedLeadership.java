package dev.mneme.hub;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Which node of a hub does the work that goes on by itself (extractions, webhooks, re-embedding): the one that holds a
/// lease, a document of the server that is replaced under its version. It is lost by time when its holder does not
/// renew
/// it, so clocks of nodes may differ by [#SLACK] at most.
///
/// **Threads**: any.
final class LeasedLeadership implements Leadership, AutoCloseable {
    private static final String COLLECTION = "leases";
    private static final String ID = "jobs";
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final Duration RENEWED = Duration.ofSeconds(5);
    private static final Duration SLACK = Duration.ofSeconds(5);
    private static final Provenance BY = Provenance.ofKey("mneme");
    private static final ShardId ONLY = new ShardId(0);

    private final String node;
    private final NodeRuntime runtime;
    private final Execution renewing;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final CountedLog failing =
            new CountedLog(System.getLogger(LeasedLeadership.class.getName()), Level.WARNING);
    private volatile @Nullable Store store;
    private volatile long term;
    private volatile long until; // in the runtime's nanoseconds
    private volatile boolean closed;

    LeasedLeadership(String node, NodeRuntime runtime) {
        this.node = node;
        this.runtime = runtime;
        this.renewing = runtime.light("hub-lease");
    }

    /// Begins to ask for the lease.
    void begin(Store in) {
        store = in;
        renewing.execute(this::renew);
    }

    private void renew() {
        if (closed) {
            return;
        }
        long before = term(ONLY);
        try {
            ask();
        } catch (MnemeException e) {
            if (closed) {
                return;
            }
            failing.log("The lease for work that goes on by itself could not be asked for: " + e.getMessage());
        }
        if (term(ONLY) != before) {
            listeners.forEach(Runnable::run);
        }
        renewing.after(RENEWED, this::renew);
    }

    private void ask() {
        Store in = store;
        if (in == null) {
            return;
        }
        long asked = runtime.nanos();
        Instant now = runtime.clock().instant();
        Document held =
                in.systemDocuments().find(Documents.SYSTEM, COLLECTION, ID).orElse(null);
        boolean mine = held != null
                && held.data().members().get("node") instanceof JsonString(String holder)
                && holder.equals(node);
        if (held != null && !mine && now.isBefore(end(held).plus(SLACK))) {
            until = asked; // another node's
            return;
        }
        JsonObject lease = new JsonObject(Map.of(
                "node", new JsonString(node),
                "until", new JsonNumber(BigDecimal.valueOf(now.plus(LEASE).toEpochMilli()))));
        Command put = new Command.PutDocument(COLLECTION, ID, lease, held == null ? 0 : held.version());
        Outcome outcome = in.writeSystem(new Write(Documents.SYSTEM, BY, null, List.of(put)))
                .outcomes()
                .getFirst();
        if (outcome instanceof Outcome.Rejected) {
            until = asked; // somebody else was first
            return;
        }
        boolean lasted = mine && runtime.nanos() - until < 0;
        term = lasted ? term : (held == null ? 1 : held.version() + 1);
        until = asked + LEASE.toNanos();
    }

    private static Instant end(Document lease) {
        return lease.data().members().get("until") instanceof JsonNumber(BigDecimal millis)
                ? Instant.ofEpochMilli(millis.longValue())
                : Instant.EPOCH;
    }

    @Override
    public long term(ShardId shard) {
        return runtime.nanos() - until < 0 ? term : 0;
    }

    @Override
    public ShardId shardOf(Owner owner) {
        return ONLY;
    }

    @Override
    public List<ShardId> shards() {
        return List.of(ONLY);
    }

    @Override
    public Store.Subscription onChange(Runnable told) {
        listeners.add(told);
        return () -> listeners.remove(told);
    }

    @Override
    public void close() {
        closed = true;
        renewing.close();
    }
}
