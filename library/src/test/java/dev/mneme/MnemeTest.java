package dev.mneme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.testkit.HashingEmbedder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The engine inside a program.
final class MnemeTest {
    @TempDir
    Path folder = Path.of("");

    private Mneme open() {
        return Mneme.at(folder).withoutEmbedder().instance("test").open();
    }

    @Test
    void remembersFindsAndForgets() {
        Memory tea;
        try (Mneme mneme = open()) {
            tea = mneme.add("alice", "likes green tea");
            assertThat(mneme.add("alice", "likes green tea").id())
                    .as("known already")
                    .isEqualTo(tea.id());
            mneme.add("bob", "likes coffee");
            assertThat(mneme.search("alice", "green tea", 5).getFirst().memory().id())
                    .isEqualTo(tea.id());
            mneme.update(tea.id(), "likes black tea");
        }
        try (Mneme mneme = open()) {
            assertThat(mneme.find(tea.id())).map(Memory::text).contains("likes black tea");
            assertThat(mneme.history(tea.id()))
                    .hasSize(2)
                    .allMatch(version -> version.instance().equals("test"));
            assertThat(mneme.list("alice", 10)).hasSize(1);
            mneme.delete(tea.id());
            assertThat(mneme.find(tea.id())).isEmpty();
            assertThatThrownBy(() -> mneme.delete(tea.id())).isInstanceOf(MnemeException.class);
        }
    }

    /// A letter as a query: its head and its tail count, for the embedder (which sees no words in dashes) and as words.
    @Test
    void aQueryMayBeOfAnyLength() {
        try (Mneme mneme = Mneme.at(folder.resolve("vectors"))
                .embedder(new HashingEmbedder())
                .open()) {
            assertHeadAndTailCount(mneme, "- ".repeat(200_000));
        }
        try (Mneme mneme = Mneme.at(folder.resolve("words"))
                .withoutEmbedder()
                .instance("test")
                .open()) {
            assertHeadAndTailCount(mneme, "x ".repeat(200_000));
        }
    }

    private static void assertHeadAndTailCount(Mneme mneme, String between) {
        Memory tea = mneme.add("alice", "likes green tea");
        mneme.add("alice", "likes coffee");
        for (String query : List.of("tea " + between, between + "tea")) {
            assertThat(mneme.search("alice", query, 5).getFirst().memory().id()).isEqualTo(tea.id());
        }
    }

    @Test
    void whatCannotBeSeenIsNoText() {
        try (Mneme mneme = open()) {
            Memory tea = mneme.add("alice", "likes green tea");
            assertThatThrownBy(() -> mneme.add("alice", "\u200b\u2060")).hasMessage("text must not be empty.");
            assertThatThrownBy(() -> mneme.update(tea.id(), "\u200d")).hasMessage("text must not be empty.");
            assertThatThrownBy(() -> mneme.search("alice", "\ufeff", 5)).hasMessage("query must not be empty.");
        }
    }

    @Test
    void anEmbedderOfOnesOwnIsUsed() {
        try (Mneme mneme = Mneme.at(folder).embedder(new HashingEmbedder()).open()) {
            mneme.add("alice", "likes green tea");
            assertThat(mneme.search("alice", "tea", 1).getFirst().parts()).isNotEmpty();
        }
    }

    /// As the server does: what another embedder's vectors were made of is embedded anew, meanwhile found by its words.
    @Test
    void anotherEmbedderTakesTheFolderOver() {
        try (Mneme mneme = Mneme.at(folder).embedder(new HashingEmbedder()).open()) {
            mneme.add("alice", "likes green tea");
        }
        HashingEmbedder other = new HashingEmbedder(16);
        try (Mneme mneme = Mneme.at(folder).embedder(other).open()) {
            mneme.add("alice", "likes milk");
            assertThat(mneme.search("alice", "green tea", 1).getFirst().memory().text())
                    .isEqualTo("likes green tea");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> other.space()
                            .equals(mneme.store().space(Owner.user("alice")).now()));
        }
    }

    @Test
    void whatTheServerWouldRefuseIsRefused() {
        try (Mneme mneme = open()) {
            assertThatThrownBy(() -> mneme.add("alice", ""))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
            assertThatThrownBy(() -> mneme.putContext("alice", "", Mneme.json(Map.of())))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
            assertThatThrownBy(() -> mneme.contexts("alice", 0)).isInstanceOf(MnemeException.class);
        }
    }

    @Test
    void contextsAreSharedWithVersions() {
        try (Mneme mneme = open()) {
            Context first = mneme.putContext("alice", "chat", Mneme.json(Map.of("topic", "tea")));
            Context second = mneme.putContext("alice", "chat", Mneme.json(Map.of("topic", "milk")), first.version());
            assertThat(second.version()).isEqualTo(2);
            assertThatThrownBy(() -> mneme.putContext("alice", "chat", Mneme.json(Map.of()), first.version()))
                    .isInstanceOf(MnemeException.class);
            assertThat(mneme.context("alice", "chat")).contains(second);
            assertThat(mneme.contexts("alice", 10)).containsExactly(second);
            mneme.deleteContext("alice", "chat");
            assertThat(mneme.context("alice", "chat")).isEmpty();
        }
    }

    @Test
    void aSubscriptionTellsEveryChangeOnceInOrderUntilItIsClosed() {
        try (Mneme mneme = open()) {
            mneme.add("alice", "before");
            List<Change> told = new CopyOnWriteArrayList<>();
            Store.Subscription subscription = mneme.subscribe("alice", told::add);
            for (int n = 0; n < 300; n++) {
                mneme.add("alice", "memory " + n);
            }
            mneme.add("bob", "not alice's");
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> told.size() >= 300);
            subscription.close();
            mneme.add("alice", "after");
            assertThat(told)
                    .hasSize(300)
                    .allMatch(change -> change.type() == ChangeType.MEMORY_ADDED)
                    .extracting(change -> change.position().sequence())
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aFolderInUseIsRefusedWithOneLine() {
        try (Mneme mneme = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("in use")
                    .message()
                    .doesNotContain("\n");
            assertThat(mneme.list("alice", 1)).isEmpty();
        }
    }
}
