package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.Caller;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.memory.Search;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.SearchResult.Hit;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What of a query's text is looked for, by its words alone.
class QueryTextTest {
    private static final Caller CALLER = Caller.of(
            new ApiKey("k1", "test", Role.WRITE, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);

    private final MemoryService memories = new MemoryService(
            new ModelStore(new ManualClock()), null, new ManualClock(), new Random(1), Limits.DEFAULTS);

    private List<Hit> search(String text) {
        Filter alice = Filter.scope(OwnerKind.USER, "alice");
        Search search = new Search(text, null, null, alice, 10, 0, false, null);
        return memories.search(CALLER, search, ReadOptions.DEFAULT).hits();
    }

    @Test
    void ofALongOneTheFirstAndTheLastWordsCountAndNoOthers() {
        ScopeIds alice = ScopeIds.user("alice");
        NewMemory tea = new NewMemory(
                alice, "likes tea", null, null, JsonObject.EMPTY, List.of(), null, null, null, null, true);
        memories.add(CALLER, tea, null);
        String much = "x ".repeat(20_000);

        assertThat(search("tea " + much)).hasSize(1);
        assertThat(search(much + "tea")).hasSize(1);
        assertThat(search(much + "tea " + much)).isEmpty();
    }

    @Test
    void halfOfACharacterIsRefused() {
        assertThatThrownBy(() -> search("tea \ud83d"))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.field()).isEqualTo("query"));
    }
}
