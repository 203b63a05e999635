package dev.mneme.bench;

import java.util.Random;

/// Texts of common English words from a seed: what they say is nothing, but a model cuts them into as many pieces as it
/// does real ones. One thread.
final class EnglishTexts {
    private static final String[] WORDS = ("I you we she they usually often never drink like want have took made found"
                    + " green tea coffee breakfast morning evening weekend the a my our new old small favourite with for after"
                    + " before in on at from to home work school garden Lisbon London train flight book music guitar dog sister"
                    + " brother friend doctor meeting project report allergic peanuts remember about because while walking quiet")
            .split(" ", -1);

    private final Random random;

    EnglishTexts(long seed) {
        random = new Random(seed);
    }

    /// Words until the text is `bytes` long.
    String text(int bytes) {
        StringBuilder text = new StringBuilder(bytes + 16);
        while (text.length() < bytes) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(12) == 0 ? ". " : " ");
        }
        return text.substring(0, bytes);
    }
}
