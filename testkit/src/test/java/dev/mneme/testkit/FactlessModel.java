package dev.mneme.testkit;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.FactExtractor;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A model on this machine that remembers what it was given, and finds no facts in it.
final class FactlessModel implements FactExtractor {
    final List<Conversation> heard = new CopyOnWriteArrayList<>();
    volatile boolean fails;
    volatile Runnable meanwhile = () -> {};

    @Override
    public String model() {
        return "factless";
    }

    @Override
    public boolean remote() {
        return false;
    }

    @Override
    public int maxCharacters() {
        return 2_000_000;
    }

    @Override
    public List<Fact> extract(Conversation conversation) {
        heard.add(conversation);
        meanwhile.run();
        if (fails) {
            throw new MnemeException(ErrorCode.OVERLOADED, "down");
        }
        return List.of();
    }

    @Override
    public List<Decision> decide(List<String> facts, List<String> shown, Guidance guidance) {
        return Collections.nCopies(facts.size(), new Decision.Add());
    }

    @Override
    public void close() {}
}
