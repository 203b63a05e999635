package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Documents;
import java.util.List;
import java.util.SplittableRandom;

/// Random commands on documents, of few names and versions, so that they often meet; and what two stores say
/// of them.
final class RandomDocuments {
    private static final List<String> COLLECTIONS = List.of("feedback", "feed", "notes");
    private static final List<String> IDS = List.of("a", "b", "\u00fc", "a\0b", "feedback");

    private final SplittableRandom random;

    RandomDocuments(SplittableRandom random) {
        this.random = random;
    }

    /// @param memory of whose feedback it often is
    Command of(MemoryId memory) {
        if (random.nextInt(3) == 0) {
            return new Command.PutDocument(
                    Document.FEEDBACK, memory.toString(), Fixtures.json("n", random.nextInt(100)), Command.ANY_VERSION);
        }
        return random.nextInt(4) == 0 ? new Command.DeleteDocument(collection(), id(), version()) : put();
    }

    Command.PutDocument put() {
        return new Command.PutDocument(collection(), id(), Fixtures.json("n", random.nextInt(100)), version());
    }

    private String collection() {
        return COLLECTIONS.get(random.nextInt(COLLECTIONS.size()));
    }

    private String id() {
        return IDS.get(random.nextInt(IDS.size()));
    }

    private long version() {
        return random.nextInt(3) == 0 ? random.nextInt(4) : Command.ANY_VERSION;
    }

    static void compare(Documents model, Documents subject, Owner owner) {
        for (String collection : COLLECTIONS) {
            String what = "documents " + collection + " of " + owner;
            assertThat(subject.list(owner, collection, null, 100))
                    .as(what)
                    .isEqualTo(model.list(owner, collection, null, 100));
            assertThat(subject.list(owner, collection, "a", 2))
                    .as(what + " after a")
                    .isEqualTo(model.list(owner, collection, "a", 2));
            assertThat(subject.find(owner, collection, "a")).as(what).isEqualTo(model.find(owner, collection, "a"));
        }
    }
}
