package dev.mneme.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// A hundred made-up notes of 50 to 300 sentences of daily chatter, each with one or a few facts planted in it at any
/// place, and to each fact a question in other words, which that note alone answers. The same for the same seed.
final class LongNotes {
    static final int NOTES = 100;
    private static final int LEAST_SENTENCES = 50;
    private static final int MOST_SENTENCES = 300;

    private static final List<String> WHO = List.of(
            "I",
            "We",
            "The neighbour",
            "My cousin",
            "An old friend",
            "The team",
            "Somebody from the office",
            "The woman next door",
            "Our trainer",
            "The new colleague",
            "The postman",
            "A stranger on the train");
    private static final List<String> DID = List.of(
            "talked for an hour about the weather",
            "forgot the umbrella again",
            "painted the fence",
            "waited for a bus that never came",
            "looked for the missing glove",
            "baked rolls for everybody",
            "read the newspaper aloud",
            "repaired the squeaking door",
            "lost a bet about the score",
            "planted beans and peas",
            "took far too many photos",
            "cleaned out the attic",
            "watched the rain",
            "drew a map on a napkin",
            "fell asleep over a crossword",
            "carried boxes up the stairs",
            "told the story of the flooded cellar",
            "sorted old letters",
            "bought a lamp at the flea market",
            "tuned the radio to a foreign station",
            "counted the swallows on the wire",
            "sharpened every pencil",
            "gave a talk about tides",
            "stood in a queue for stamps",
            "learned a card trick",
            "sewed on a button",
            "argued about the best route",
            "picked blackberries",
            "wrote a list and mislaid it",
            "tried the soup and added salt");
    private static final List<String> WHERE = List.of(
            "in the kitchen",
            "by the lake",
            "at the station",
            "behind the school",
            "in front of the bakery",
            "on the balcony",
            "at the market",
            "in the waiting room",
            "under the big oak",
            "at the harbour",
            "in the back of the shop",
            "on the way home",
            "in the library",
            "at the edge of the wood",
            "in the meeting room",
            "near the old mill");
    private static final List<String> ENDS = List.of(
            ".",
            ".",
            ".",
            ", and nobody minded.",
            ", which took longer than planned.",
            " and laughed about it later.",
            ", because there was nothing else to do.",
            " until it got dark.",
            " before lunch.",
            " after the others had left.",
            ", although it was cold.",
            ", as on every Thursday.",
            " and then went home.",
            " while the kettle boiled.",
            ", just like last year.",
            " without saying a word.");
    private static final List<String> ASIDES = List.of(
            "It was a long day.",
            "The light was lovely.",
            "Nothing much came of it.",
            "I should do that more often.",
            "The radio played an old song.",
            "There was fog in the morning.",
            "Somebody laughed in the hall.",
            "The tea had gone cold.",
            "That made me think.",
            "Later it cleared up.",
            "The street was quiet.",
            "I slept badly the night before.",
            "The clock had stopped again.",
            "We were all a little tired.");

    private final Random random;
    private final List<String> texts;
    private final List<Planted> planted = new ArrayList<>();

    /// @param note the number of the note that answers it
    record Planted(String question, int note) {}

    /// @param facts what is planted, spread over the notes in turn
    LongNotes(List<FactsData.Fact> facts, long seed) {
        random = new Random(seed);
        List<List<String>> notes = new ArrayList<>();
        for (int note = 0; note < NOTES; note++) {
            notes.add(sentences(LEAST_SENTENCES + note * (MOST_SENTENCES - LEAST_SENTENCES) / (NOTES - 1)));
        }
        Collections.shuffle(notes, random);
        for (int f = 0; f < facts.size(); f++) {
            List<String> sentences = notes.get(f % NOTES);
            sentences.add(random.nextInt(sentences.size() + 1), facts.get(f).text());
            planted.add(new Planted(facts.get(f).question(), f % NOTES));
        }
        texts = notes.stream().map(sentences -> String.join(" ", sentences)).toList();
    }

    List<String> texts() {
        return texts;
    }

    List<Planted> planted() {
        return planted;
    }

    private List<String> sentences(int count) {
        List<String> sentences = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            sentences.add(
                    random.nextInt(5) == 0
                            ? pick(ASIDES)
                            : pick(WHO) + " " + pick(DID) + " " + pick(WHERE) + pick(ENDS));
        }
        return sentences;
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
