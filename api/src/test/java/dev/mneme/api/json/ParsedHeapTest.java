package dev.mneme.api.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When the budget is asked, and for how much.
final class ParsedHeapTest {
    private static final long STEP = 16 << 10;

    private final List<Long> taken = new ArrayList<>();

    private ParsedHeap heap(long granted) {
        return new ParsedHeap(taken::add, granted);
    }

    @Test
    void whatWasGrantedIsNotAskedForAndTheFirstByteBeyondIsInAStep() {
        ParsedHeap heap = heap(100);
        heap.add(60);
        heap.add(40);
        assertThat(taken).isEmpty();
        heap.add(1);
        assertThat(taken).containsExactly(STEP);
        heap.add(STEP - 1);
        assertThat(taken).containsExactly(STEP);
        heap.add(1);
        assertThat(taken).containsExactly(STEP, STEP);
    }

    @Test
    void whatIsMoreThanAStepIsAskedForAsItIs() {
        ParsedHeap heap = heap(0);
        heap.add(10 * STEP);
        assertThat(taken).containsExactly(10 * STEP);
        heap.add(1);
        assertThat(taken).containsExactly(10 * STEP, STEP);
    }

    @Test
    void charactersAndRefusalsAreCounted() {
        heap(0).addText(72, 100_000);
        assertThat(taken).containsExactly(72 + 200_000L);
        taken.clear();
        ParsedHeap heap = heap(0);
        for (int n = 0; n < 100; n++) {
            heap.addRefusal();
        }
        assertThat(taken.stream().mapToLong(each -> each).sum()).isBetween(100 * (6L << 10), 100 * (6L << 10) + STEP);
    }
}
