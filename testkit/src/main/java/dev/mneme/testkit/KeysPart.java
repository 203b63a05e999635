package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Keys, in the system shard.
abstract class KeysPart extends StorePart {
    private static final Owner SYSTEM = Owner.ofServer("keys");

    @Test
    void aStoredKeyIsThereWithAllItCarries() {
        ApiKey key = new ApiKey(
                "key-1",
                "the phone",
                Role.WRITE,
                Fixtures.only(OwnerKind.USER, "alice", "bob"),
                ManualClock.START,
                ManualClock.START.plus(Duration.ofDays(1)),
                new ApiKey.Rate(10, 20),
                Fixtures.hash("secret"));

        assertThat(outcome(new Command.PutKey(key))).isEqualTo(new Outcome.Done());

        assertKeys(key);
        reopen();
        assertKeys(key);
    }

    @Test
    void aRevokedKeyIsGoneForGood() {
        ApiKey one = Fixtures.key("one", Role.ADMIN);
        ApiKey two = Fixtures.key("two", Role.READ, Fixtures.only(OwnerKind.AGENT, "bot"));
        outcome(new Command.PutKey(one));
        outcome(new Command.PutKey(two));

        assertThat(outcome(new Command.DeleteKey("one"))).isEqualTo(new Outcome.Done());

        assertKeys(two);
        reopen();
        assertKeys(two);
    }

    @Test
    void whoFollowsTheKeysHearsOfEachBeforeItsWriterIsAnswered() {
        List<String> heard = new ArrayList<>();
        Store.Subscription following = store().subscribeKeys(new Store.KeyListener() {
            @Override
            public void put(ApiKey key) {
                heard.add("put " + key.id());
            }

            @Override
            public void deleted(String keyId) {
                heard.add("deleted " + keyId);
            }

            @Override
            public void replaced() {
                heard.add("replaced");
            }
        });
        outcome(new Command.PutKey(Fixtures.key("one", Role.ADMIN)));
        assertThat(heard).containsExactly("put one");
        outcome(new Command.DeleteKey("none"));
        outcome(new Command.DeleteKey("one"));
        assertThat(heard).containsExactly("put one", "deleted one");

        following.close();
        outcome(new Command.PutKey(Fixtures.key("two", Role.ADMIN)));
        assertThat(heard).hasSize(2);
    }

    @Test
    void aKeyThatIsNotThereCannotBeRevoked() {
        assertRejected(outcome(new Command.DeleteKey("none")), ErrorCode.NOT_FOUND, null);
    }

    @Test
    void aKeyStoredAgainReplacesTheFirst() {
        outcome(new Command.PutKey(Fixtures.key("one", Role.ADMIN)));
        ApiKey less = Fixtures.key("one", Role.READ);
        outcome(new Command.PutKey(less));

        assertKeys(less);
    }

    @Test
    void keysAreNoOnesMemories() {
        outcome(new Command.PutKey(Fixtures.key("one", Role.ADMIN)));

        assertThat(list(null, Filter.And.ALL)).isEmpty();
        assertThat(store().entities(Restriction.NONE, null, 10)).isEmpty();
        assertThat(store().status().memories()).isZero();
        assertThat(store().changes("", 10).changes()).isEmpty();
    }

    private Outcome outcome(Command command) {
        return store().writeSystem(new Write(SYSTEM, Fixtures.BY, null, List.of(command)))
                .outcomes()
                .getFirst();
    }

    private void assertKeys(ApiKey... keys) {
        assertThat(store().keys()).usingRecursiveFieldByFieldElementComparator().containsExactlyInAnyOrder(keys);
    }
}
