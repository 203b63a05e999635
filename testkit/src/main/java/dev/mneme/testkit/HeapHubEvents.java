package dev.mneme.testkit;

import dev.mneme.core.hub.HubEvent;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.HubHealth;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A node's end of a bus in memory. What goes over a [Bus] can be lost, held back, doubled and disordered.
///
/// **Threads**: any number may call; each node has one that calls its listeners.
public final class HeapHubEvents implements HubEvents {
    private final Bus bus;
    private final String node;
    private final int queue;
    private final List<Guarded> listeners = new CopyOnWriteArrayList<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>(); // guarded by this, as the next two
    private boolean gapWaits;
    private boolean closed;
    private final @Nullable Execution steps; // null: a thread of its own

    private HeapHubEvents(Bus bus, String node, int queue, @Nullable Execution steps) {
        this.bus = bus;
        this.node = node;
        this.queue = queue;
        this.steps = steps;
    }

    /// What nodes are joined by, and what can go wrong on it.
    ///
    /// **Threads**: any number may call.
    public static final class Bus {
        private final List<HeapHubEvents> nodes = new ArrayList<>(); // guarded by this, as all below
        private final List<Sent> held = new ArrayList<>();
        private @Nullable Random faults;
        private double lost;
        private double doubled;
        private boolean holding;
        private boolean away;
        private Instant since = Instant.EPOCH;

        /// @param queue how many messages may wait for a node's listeners
        public synchronized HeapHubEvents node(String id, int queue) {
            HeapHubEvents node = join(new HeapHubEvents(this, id, queue, null));
            Thread.ofPlatform().name("heap-hub-events").daemon().start(node::deliver);
            return node;
        }

        /// @param steps what calls the node's listeners
        public synchronized HeapHubEvents node(String id, int queue, Execution steps) {
            return join(new HeapHubEvents(this, id, queue, steps));
        }

        private HeapHubEvents join(HeapHubEvents node) {
            nodes.add(node);
            if (!away) {
                node.gap();
            }
            return node;
        }

        /// From now on messages are lost, or come twice, by chance.
        ///
        /// @param lost the share of those that are lost, for each that would hear them
        /// @param doubled the share of those that come twice
        public synchronized void faults(long seed, double lost, double doubled) {
            this.faults = new Random(seed);
            this.lost = lost;
            this.doubled = doubled;
        }

        /// Messages are held back until [#release].
        public synchronized void hold() {
            holding = true;
        }

        /// Delivers what was held back, in another order if there is a seed for one.
        public synchronized void release(@Nullable Long seed) {
            holding = false;
            if (seed != null) {
                Collections.shuffle(held, new Random(seed));
            }
            List<Sent> late = List.copyOf(held);
            held.clear();
            late.forEach(this::pass);
        }

        /// The bus goes away, or comes back. What is told meanwhile is lost, and what was held back too.
        public synchronized void away(boolean away, Instant at) {
            if (this.away == away) {
                return;
            }
            this.away = away;
            since = at;
            held.clear();
            if (!away) {
                nodes.forEach(HeapHubEvents::gap);
            }
        }

        private synchronized void send(Sent sent) {
            if (away) {
                return;
            }
            if (holding) {
                held.add(sent);
            } else {
                pass(sent);
            }
        }

        private void pass(Sent sent) {
            for (HeapHubEvents node : nodes) {
                if (node == sent.from()) {
                    continue;
                }
                int times = 1;
                if (faults != null) {
                    times = faults.nextDouble() < lost ? 0 : faults.nextDouble() < doubled ? 2 : 1;
                }
                for (int i = 0; i < times; i++) {
                    node.offer(sent.call());
                }
            }
        }

        private synchronized HubHealth health() {
            return new HubHealth(!away, away ? "The bus is away." : "", since, List.of());
        }

        private synchronized void leave(HeapHubEvents node) {
            nodes.remove(node);
        }
    }

    private record Sent(HeapHubEvents from, Consumer<Listener> call) {}

    private record Guarded(Listener listener, AtomicBoolean ended) {}

    public String node() {
        return node;
    }

    @Override
    public void advanced(Owner owner, long revision) {
        send(listener -> listener.advanced(owner, revision));
    }

    @Override
    public void publish(HubEvent event) {
        send(listener -> listener.heard(event));
    }

    private void send(Consumer<Listener> call) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        bus.send(new Sent(this, call));
    }

    private synchronized void offer(Consumer<Listener> call) {
        if (waiting.size() - (gapWaits ? 1 : 0) >= queue) {
            gap();
            return;
        }
        waiting.add(() -> tell(call));
        deliverSoon();
    }

    private synchronized void deliverSoon() {
        if (steps == null) {
            notifyAll();
        } else {
            steps.execute(this::deliverNext);
        }
    }

    private void deliverNext() {
        Runnable next;
        synchronized (this) {
            next = closed ? null : waiting.poll();
        }
        if (next != null) {
            next.run();
        }
    }

    private synchronized void gap() {
        if (!gapWaits) {
            gapWaits = true;
            waiting.add(() -> {
                synchronized (this) {
                    gapWaits = false;
                }
                tell(Listener::reconnected);
            });
            deliverSoon();
        }
    }

    private void deliver() {
        while (true) {
            Runnable next;
            synchronized (this) {
                while (waiting.isEmpty() && !closed) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("nobody interrupts it", e);
                    }
                }
                if (closed) {
                    return;
                }
                next = waiting.remove();
            }
            next.run();
        }
    }

    private void tell(Consumer<Listener> call) {
        for (Guarded guarded : listeners) {
            if (guarded.ended().get()) {
                continue;
            }
            try {
                call.accept(guarded.listener());
            } catch (RuntimeException e) {
                System.getLogger(HeapHubEvents.class.getName()).log(System.Logger.Level.DEBUG, "a listener failed", e);
            }
        }
    }

    @Override
    public Store.Subscription subscribe(Listener listener) {
        Guarded guarded = new Guarded(listener, new AtomicBoolean());
        listeners.add(guarded);
        return () -> {
            guarded.ended().set(true);
            listeners.remove(guarded);
        };
    }

    @Override
    public HubHealth health() {
        return bus.health();
    }

    @Override
    public void close() {
        bus.leave(this);
        synchronized (this) {
            closed = true;
            notifyAll();
        }
    }
}
