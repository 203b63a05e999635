package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Contexts;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Reads the contexts of two stores in the same random ways and compares.
final class ContextReads {
    private ContextReads() {}

    static void compare(SplittableRandom random, Instant now, Contexts model, Contexts subject, Owner owner) {
        for (String key : RandomContexts.KEYS) {
            assertAlike("context " + key + " of " + owner, subject.find(owner, key), model.find(owner, key));
            assertAlike(
                    "versions of " + key + " of " + owner, subject.versions(owner, key), model.versions(owner, key));
        }
        compareLists(random, now, model, subject, owner);
    }

    private static void compareLists(
            SplittableRandom random, Instant now, Contexts model, Contexts subject, Owner owner) {
        ContextType type = random.nextInt(3) == 0 ? ContextType.CUSTOM : null;
        String tag = random.nextInt(3) == 0 ? RandomContexts.TAGS.getFirst() : null;
        Mode mode = random.nextInt(4) == 0 ? Mode.PARALLEL : null;
        int limit = 1 + random.nextInt(4);
        String after = null;
        List<Context> page;
        do {
            Contexts.Query query = new Contexts.Query(owner, type, tag, mode, now, after, limit);
            At<List<Context>> expected = model.list(query);
            assertAlike(query.toString(), subject.list(query), expected);
            page = expected.value();
            after = last(page);
        } while (!page.isEmpty());
    }

    private static @Nullable String last(List<Context> page) {
        return page.isEmpty() ? null : page.getLast().key();
    }

    private static <T> void assertAlike(String what, At<T> actual, At<T> expected) {
        assertThat(actual.value()).as(what).isEqualTo(expected.value());
        assertThat(actual.position().sequence())
                .as("position of %s", what)
                .isEqualTo(expected.position().sequence());
    }
}
