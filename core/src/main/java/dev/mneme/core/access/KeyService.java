package dev.mneme.core.access;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes, lists and revokes API keys, and finds out whose key a secret is.
///
/// A secret is `mk_` and 32 random bytes in base64url. Only its SHA-256 is kept: the key is found by that hash, and the
/// hash is compared in constant time.
///
/// What it knows follows the system shard: a key that was made or revoked on any node opens something, or nothing, here
/// as soon as this node's replica of that shard has applied it.
///
/// **Threads**: any number may call.
public final class KeyService {
    private static final Owner SYSTEM = Owner.ofServer("keys");
    private static final int MAX_NAME = 128;
    private static final int MAX_KEYS = 10_000;
    private static final int ID_BYTES = 6;

    private final Store store;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Execution telling;
    private final AtomicReference<Known> known = new AtomicReference<>(new Known(Map.of(), true));
    private final ReentrantLock changing = new ReentrantLock(); // held from the look at what is there to the write
    private final Set<String> revokedHere = ConcurrentHashMap.newKeySet(); // by a call that tells of it itself
    private final List<Consumer<String>> revocations = new CopyOnWriteArrayList<>();

    /// Never changed, only replaced, so that whoever read the store knows whether it heard of something meanwhile.
    ///
    /// @param stale whether the store must be read before anybody is answered
    private record Known(Map<String, ApiKey> byHash, boolean stale) {
        Known with(UnaryOperator<Map<String, ApiKey>> change) {
            return new Known(change.apply(new HashMap<>(byHash)), stale);
        }
    }

    public KeyService(Store store, InstantSource clock, RandomGenerator random) {
        this(store, new SystemRuntime(clock, random));
    }

    public KeyService(Store store, NodeRuntime runtime) {
        this.store = store;
        this.clock = runtime.clock();
        this.random = runtime.random();
        this.telling = runtime.light("keys");
        store.subscribeKeys(new Follower());
        read();
    }

    /// On the system shard's thread.
    private final class Follower implements Store.KeyListener {
        @Override
        public void put(ApiKey key) {
            known.updateAndGet(now -> now.with(keys -> {
                keys.put(hex(key.secretHash()), key);
                return keys;
            }));
        }

        @Override
        public void deleted(String keyId) {
            known.updateAndGet(now -> now.with(keys -> {
                keys.values().removeIf(key -> key.id().equals(keyId));
                return keys;
            }));
            if (!revokedHere.contains(keyId)) {
                telling.execute(() -> tellRevoked(keyId));
            }
        }

        @Override
        public void replaced() {
            known.updateAndGet(now -> new Known(now.byHash(), true));
            telling.execute(KeyService.this::byHash);
        }
    }

    private Map<String, ApiKey> byHash() {
        Known now = known.get();
        return now.stale() ? read() : now.byHash();
    }

    /// What was heard of while the store was read may be in what was read or not: then it is read again.
    private Map<String, ApiKey> read() {
        while (true) {
            Known before = known.get();
            Map<String, ApiKey> there = new HashMap<>();
            store.keys().forEach(key -> there.put(hex(key.secretHash()), key));
            if (known.compareAndSet(before, new Known(there, false))) {
                before.byHash().forEach((hash, key) -> {
                    if (!there.containsKey(hash)) {
                        telling.execute(() -> tellRevoked(key.id()));
                    }
                });
                return there;
            }
        }
    }

    /// A new key, with the secret that is shown once.
    public record Created(ApiKey key, String secret) {
        @Override
        public String toString() {
            return "Created[key=" + key.id() + ", secret=***]";
        }
    }

    /// The key to which this secret belongs.
    ///
    /// @throws MnemeException `unauthenticated`
    public ApiKey authenticate(@Nullable String secret) {
        if (secret == null || secret.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.UNAUTHENTICATED,
                    "Send an API key: 'Authorization: Bearer mk_…' (the admin key is in the data folder).");
        }
        byte[] hash = sha256(secret);
        ApiKey key = byHash().get(hex(hash));
        if (key == null || !MessageDigest.isEqual(hash, key.secretHash())) {
            throw new MnemeException(
                    ErrorCode.UNAUTHENTICATED, "This API key is not known here: it is mistyped or revoked.");
        }
        if (key.expired(clock.instant())) {
            throw new MnemeException(ErrorCode.UNAUTHENTICATED, "This API key has expired: ask for a new one.");
        }
        return key;
    }

    /// Whether the key is still good, that is, neither revoked nor expired. Asked again for connections that it opened
    /// earlier.
    public boolean holds(ApiKey key) {
        return byHash().containsKey(hex(key.secretHash())) && !key.expired(clock.instant());
    }

    public boolean isEmpty() {
        return byHash().isEmpty();
    }

    /// A key as it is asked for.
    ///
    /// @param rate null: the server's default
    public record NewKey(
            String name,
            Role role,
            Restriction restriction,
            @Nullable Instant expiresAt,
            ApiKey.@Nullable Rate rate) {}

    /// A key that was made by a request which may be repeated.
    ///
    /// @param secret null when an earlier request made the key: a secret is shown once, and kept nowhere
    public record CreatedOnce(ApiKey key, @Nullable String secret) {
        @Override
        public String toString() {
            return "CreatedOnce[key=" + key.id() + ", secret=***]";
        }
    }

    /// Makes the first key: an unrestricted admin's. For the server's first start, not for doors.
    public Created bootstrap() {
        return put(
                Provenance.ofKey("bootstrap"),
                randomId(),
                new NewKey("admin", Role.ADMIN, Restriction.NONE, null, null));
    }

    public Created create(
            Caller caller,
            String name,
            Role role,
            Restriction restriction,
            @Nullable Instant expiresAt,
            ApiKey.@Nullable Rate rate) {
        NewKey asked = new NewKey(name, role, restriction, expiresAt, rate);
        check(caller, asked);
        return put(caller.by(), randomId(), asked);
    }

    /// As [#create], but a repeat under the same idempotency key makes no second key. The new key's id is derived from
    /// the idempotency key, so a repeat is recognised as long as the key exists.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the earlier request asked for another key
    public CreatedOnce createOnce(Caller caller, NewKey asked, String idempotencyKey) {
        Authorizer.requireOperator(caller);
        String id = HexFormat.of().formatHex(sha256(caller.key().id() + '\0' + idempotencyKey), 0, ID_BYTES);
        changing.lock();
        try {
            ApiKey there = find(id).orElse(null);
            if (there == null) {
                check(caller, asked);
                Created created = put(caller.by(), id, asked);
                return new CreatedOnce(created.key(), created.secret());
            }
            if (!asked.equals(asked(there))) {
                throw new MnemeException(
                        ErrorCode.IDEMPOTENCY_KEY_REUSED,
                        "This idempotency key was used to make another key: use a new one.");
            }
            return new CreatedOnce(there, null);
        } finally {
            changing.unlock();
        }
    }

    private static NewKey asked(ApiKey key) {
        return new NewKey(key.name(), key.role(), key.restriction(), key.expiresAt(), key.rate());
    }

    private void check(Caller caller, NewKey asked) {
        Authorizer.requireOperator(caller);
        if (asked.name().isBlank() || asked.name().length() > MAX_NAME) {
            throw MnemeException.invalid("name", "name must have 1 to " + MAX_NAME + " characters.");
        }
        if (asked.expiresAt() != null && !asked.expiresAt().isAfter(clock.instant())) {
            throw MnemeException.invalid("expiresAt", "expiresAt must be in the future.");
        }
        if (byHash().size() >= MAX_KEYS) {
            throw new MnemeException(ErrorCode.OVERLOADED, "There are " + MAX_KEYS + " keys: revoke some first.");
        }
    }

    private Created put(Provenance by, String id, NewKey asked) {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        String secret = "mk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        ApiKey key = new ApiKey(
                id,
                asked.name(),
                asked.role(),
                asked.restriction(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                asked.expiresAt(),
                asked.rate(),
                sha256(secret));
        store.writeSystem(new Write(SYSTEM, by, null, List.of(new Command.PutKey(key))));
        return new Created(key, secret);
    }

    private String randomId() {
        byte[] bits = new byte[ID_BYTES];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    private Optional<ApiKey> find(String id) {
        return byHash().values().stream().filter(key -> key.id().equals(id)).findFirst();
    }

    public List<ApiKey> list(Caller caller) {
        Authorizer.requireOperator(caller);
        return byHash().values().stream()
                .sorted(Comparator.comparing(ApiKey::createdAt).thenComparing(ApiKey::id))
                .toList();
    }

    /// Revokes a key. Once this returns the key is refused everywhere, and connections that it opened are closed.
    public void revoke(Caller caller, String keyId) {
        Authorizer.requireOperator(caller);
        if (keyId.equals(caller.key().id())) {
            throw new MnemeException(
                    ErrorCode.NOT_ALLOWED,
                    "A key cannot revoke itself: make another admin key and revoke it with that.");
        }
        changing.lock();
        revokedHere.add(keyId);
        try {
            remove(caller.by(), keyId);
        } finally {
            revokedHere.remove(keyId);
            changing.unlock();
        }
        tellRevoked(keyId);
    }

    private void tellRevoked(String keyId) {
        revocations.forEach(listener -> listener.accept(keyId));
    }

    private void remove(Provenance by, String keyId) {
        if (find(keyId).isEmpty()) {
            throw new MnemeException(ErrorCode.NOT_FOUND, "There is no key with this id.");
        }
        WriteResult result = store.writeSystem(new Write(SYSTEM, by, null, List.of(new Command.DeleteKey(keyId))));
        if (result.outcomes().getFirst() instanceof Outcome.Rejected rejected) {
            throw new MnemeException(rejected.code(), rejected.message());
        }
    }

    /// Reads the stored keys again, after an operator accepted keys whose rows had failed the integrity check.
    public void reload() {
        read();
    }

    /// Calls `listener` with the id of each key that is revoked from now on.
    public void onRevoked(Consumer<String> listener) {
        revocations.add(listener);
    }

    private static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
