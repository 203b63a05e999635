package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.model.Restriction;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Misspelt words of a query find what they are meant for, by words alone.
class CorrectionsTest {
    private static final List<String> CROWD = List.of(
            "I am allergic to peanuts",
            "My sister plays the violin in an orchestra",
            "The dentist appointment was moved to Thursday",
            "We stayed in a small restaurant by the lake",
            "Our neighbour repairs old bicycles",
            "The kitchen faucet is leaking again",
            "I prefer vegetarian dishes without mushrooms",
            "The conference in Lisbon starts in September",
            "Her favourite author writes detective stories",
            "The database backup runs every night",
            "He was running a marathon in Berlin",
            "Grandmother's necklace is in the jewellery box",
            "The quarterly report needs the finance numbers",
            "My passport expires next summer",
            "The company provides health insurance",
            "The garage door remote needs batteries",
            "She teaches mathematics at the university",
            "They adopted a beagle called Biscuit",
            "The headphones are broken on the left side",
            "I bought a telescope to watch Saturn",
            "Я люблю клубнику со сливками",
            "Η βιβλιοθήκη κλείνει νωρίς",
            "Die Versicherung zahlt den Schaden",
            "J'ai réservé une chambre à l'hôtel",
            "मुझे मूंगफली पसंद नहीं",
            "أحب القهوة العربية في الصباح",
            "the meeting room is upstairs",
            "painting relaxes me",
            "the pointer on the wall is loose",
            "horses graze behind the barn");

    private final RandomMemories random = new RandomMemories(new Random(3));
    private final List<String> texts = new ArrayList<>();
    private final OwnerIndex index = new OwnerIndex();

    private void put(String... added) {
        for (String text : added) {
            var memory = random.memory(text, null, null, null, null, null);
            index.put(texts.size(), memory, AnalyzedMemory.of(memory), null);
            texts.add(text);
        }
    }

    private List<SearchHit> hits(String query, @Nullable Restriction restriction) {
        return index.search(new IndexQuery(
                query,
                null,
                10,
                0,
                RandomMemories.START,
                RandomMemories.START.atZone(ZoneOffset.UTC),
                false,
                restriction,
                null,
                true));
    }

    private List<String> search(String query) {
        return hits(query, null).stream()
                .map(hit -> texts.get((int) hit.ordinal()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alergic to penuts | peanuts",
                "alergic           | peanuts",
                "penuts            | peanuts",
                "peanutss          | peanuts",
                "peaunts           | peanuts",
                "paenuts           | peanuts",
                "oeanuts           | peanuts",
                "peunat            | peanuts",
                "pnuts             | peanuts",
                "violen            | violin",
                "vilion            | violin",
                "orchestera        | orchestra",
                "orkestra          | orchestra",
                "dentits           | dentist",
                "dntist            | dentist",
                "apointment        | dentist",
                "apointmant        | dentist",
                "appiontments      | dentist",
                "thrusday          | dentist",
                "restuarant        | restaurant",
                "restuarnats       | restaurant",
                "resturant         | restaurant",
                "neigbour          | bicycles",
                "bycicles          | bicycles",
                "bicylce           | bicycles",
                "kichen            | kitchen",
                "fawcet            | kitchen",
                "leakign           | kitchen",
                "vegeterian        | vegetarian",
                "vegtarain         | vegetarian",
                "mushroms          | vegetarian",
                "confernece        | conference",
                "septmber          | conference",
                "lisobn            | conference",
                "favuorite         | author",
                "detectve          | author",
                "databse backpu    | database",
                "maraton           | marathon",
                "runnign           | marathon",
                "neclace           | necklace",
                "jewelery          | necklace",
                "quartely          | quarterly",
                "finacne           | quarterly",
                "pasport           | passport",
                "experies          | passport",
                "insurence         | insurance",
                "inshurance        | insurance",
                "bateries          | garage",
                "mathmatics        | mathematics",
                "univeristy        | mathematics",
                "beagel            | beagle",
                "headhpones        | headphones",
                "brokne            | headphones",
                "bougth            | telescope",
                "telascope         | telescope",
                "клубнеку          | клубнику",
                "βιβλιοθηκι        | βιβλιοθήκη",
                "Versicherugn      | Versicherung",
                "reserve hotle     | hôtel",
                "मूंगफलि           | मूंगफली",
                "القهوا            | القهوة",
                "upstiars          | upstairs",
                "paintnig          | painting",
                "horsse            | horses",
            })
    void findWhatIsMeant(String query, String word) {
        put(CROWD.toArray(String[]::new));
        assertThat(search(query)).first().asString().contains(word);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zeppelin", // near nothing
                "nut", // too short
                "laek", // one letter too short: a lake
                "abotu", // nearly a stop word
                "whcih", // the same
                "v10293", // not a word
                "peanuts1",
                "xxpeanutsxx", // four letters
            })
    void whatIsNearNothingFindsNothing(String query) {
        put(CROWD.toArray(String[]::new));
        assertThat(search(query)).isEmpty();
    }

    /// Whoever types "abotu" asks for no abbot.
    @Test
    void aMisspeltStopWordStandsForNothingElse() {
        put("The abbot lives on the hill");
        assertThat(search("abotu")).isEmpty();
        assertThat(search("abbto")).isNotEmpty();
    }

    /// Otherwise the vocabulary would grow with all that was ever said.
    @Test
    void aRemovedWordTakesNoRoom() {
        long[] sizes = new long[2];
        for (int i = 0; i < 2_000; i++) {
            var memory = random.memory("zz" + letters(i) + "k", null, null, null, null, null);
            index.put(i, memory, AnalyzedMemory.of(memory), null);
            index.remove(i);
            sizes[i < 1_000 ? 0 : 1] = index.sizeBytes();
        }
        assertThat(sizes[1]).isEqualTo(sizes[0]);
    }

    private static String letters(int number) {
        StringBuilder letters = new StringBuilder();
        for (int rest = number, i = 0; i < 4; rest /= 10, i++) {
            letters.append((char) ('a' + rest % 10));
        }
        return letters.toString();
    }

    @Test
    void aWordThatIsThereStandsForItselfAlone() {
        put("The mouse is wireless", "The house is white", "The blouse is new");
        assertThat(search("house")).containsExactly("The house is white");
    }

    @Test
    void anExactWordCountsMoreThanACorrectedOne() {
        put("the garden wall", "the peanut butter", "one", "two");
        List<SearchHit> hits = hits("garden penuts", null);
        assertThat(hits).extracting(SearchHit::ordinal).containsExactly(0L, 1L);
        assertThat(hits.getFirst().parts().get("bm"))
                .isGreaterThan(hits.getLast().parts().get("bm"));
    }

    private double words(String query, int ordinal) {
        return hits(query, null).stream()
                .filter(hit -> hit.ordinal() == ordinal)
                .map(hit -> hit.parts().getOrDefault("bm", -1.0))
                .findAny()
                .orElseThrow();
    }

    /// It is known by then what it stands for.
    @Test
    void aCorrectedWordIsNoneThatNobodyUsed() {
        put("the garden wall", "peanut butter in the garden", "one", "two");
        assertThat(words("penuts", 1)).isCloseTo(.9 * .9 * words("peanuts", 1), within(1e-6));
        assertThat(words("peanxxts", 1)).isCloseTo(.5 * .5 * words("peanuts", 1), within(1e-6));
        assertThat(words("garden penuts", 0)).isCloseTo(words("garden peanuts", 0), within(1e-6));
        assertThat(words("garden zeppelin", 0)).isLessThan(words("garden penuts", 0));
    }

    /// However many terms it has, and if one of them is found it is found.
    @Test
    void aWordCountsOnceAmongThoseThatNobodyUsed() {
        put("the user name is long", "tea", "coffee", "a hotel");
        assertThat(words("l'h\u00f4tel", 3)).isCloseTo(words("hotel", 3), within(1e-6));
        assertThat(words("user_name", 0)).isCloseTo(words("user name", 0), within(1e-6));
        assertThat(words("tea \uace0\uc591\uc774\uac00", 1)).isCloseTo(words("tea zebra", 1), within(1e-6));
        assertThat(words("tea zebra", 1)).isLessThan(words("tea", 1));
    }

    @Test
    void whatAnExpiredMemoryAloneHoldsCountsNoMoreThanAll() {
        var memory = random.memory("penuts", null, null, null, null, RandomMemories.START.plusSeconds(5));
        index.put(0, memory, AnalyzedMemory.of(memory), null);
        texts.add("penuts");
        put("I like peanuts", "peanuts again");
        var later = new IndexQuery("penuts", null, 9, 0, RandomMemories.START.plusSeconds(9), true, null, true);
        assertThat(index.search(later))
                .hasSize(3)
                .allSatisfy(
                        hit -> assertThat(hit.parts().get("bm")).isPositive().isLessThanOrEqualTo(1));
        assertThat(index.search(later).getFirst().ordinal()).isZero();
    }

    /// Otherwise a question about what is not there would find what is spelt alike.
    @Test
    void aWordThatTheEmbedderKnowsIsNotMisspelt() {
        put("The mouse is wireless");
        QueryEmbedding whole = new QueryEmbedding(random.callersVector().embedding(), List.of(new Span(0, 5)));
        QueryEmbedding pieces =
                new QueryEmbedding(random.callersVector().embedding(), List.of(new Span(0, 3), new Span(3, 5)));
        assertThat(search("house", whole)).isEmpty();
        assertThat(search("moose", pieces)).hasSize(1);
    }

    private List<SearchHit> search(String query, QueryEmbedding embedding) {
        return index.search(new IndexQuery(query, embedding, 10, 0, RandomMemories.START, false, null, false));
    }

    @Test
    void oneLetterIsNearerThanTwo() {
        put("the castle gate", "the cattle gate");
        assertThat(search("castel")).containsExactly("the castle gate");
    }

    /// Few mistake the first letter.
    @Test
    void whatBeginsLikeItIsMeantRatherThanWhatDoesNot() {
        put("the peach jam", "the beech tree");
        assertThat(search("peech")).containsExactly("the peach jam");
        index.remove(0);
        assertThat(search("peech")).containsExactly("the beech tree");
    }

    @Test
    void aRemovedWordIsMeantNoLonger() {
        put("I like peanuts", "I like almonds");
        assertThat(search("penuts")).isNotEmpty();
        index.remove(0);
        assertThat(search("penuts")).isEmpty();
        put("More peanuts");
        assertThat(search("penuts")).containsExactly("More peanuts");
    }

    @Test
    void anExpiredWordIsMeantNoLonger() {
        var memory = random.memory("I like peanuts", null, null, null, null, RandomMemories.START.plusSeconds(5));
        index.put(0, memory, AnalyzedMemory.of(memory), null);
        texts.add("I like peanuts");
        assertThat(search("penuts")).isNotEmpty();
        var later = new IndexQuery("penuts", null, 9, 0, RandomMemories.START.plusSeconds(9), true, null, false);
        assertThat(index.search(later)).isEmpty();
    }

    /// Otherwise a key would learn which words are in what it may not see.
    @Test
    void wordsComeFromWhatTheCallerMaySeeAlone() {
        put("I like peanuts");
        assertThat(hits("penuts", new Restriction(Map.of(OwnerKind.USER, Set.of("somebody else")))))
                .isEmpty();
    }

    /// The vocabulary changes with each add and removal: after any history it is that of the remaining memories.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void spellingsAreThoseOfTheVocabulary(long seed) {
        Random chance = new Random(seed);
        OwnerIndex fresh = new OwnerIndex();
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            put(CROWD.get(chance.nextInt(CROWD.size())) + " " + CROWD.get(chance.nextInt(CROWD.size())));
            left.add(i);
            if (left.size() > 12) {
                int at = chance.nextInt(left.size());
                index.remove(left.remove(/* index */ at));
            }
        }
        for (int i : left) {
            var memory = random.memory(texts.get(i), null, null, null, null, null);
            fresh.put(i, memory, AnalyzedMemory.of(memory), null);
        }
        for (String query : List.of("alergic", "penuts", "paintnig", "horsse", "bougth", "restuarnats", "violen")) {
            var request = new IndexQuery(query, null, 20, 0, RandomMemories.START, false, null, true);
            assertThat(index.search(request).stream().map(SearchHit::parts).toList())
                    .isEqualTo(
                            fresh.search(request).stream().map(SearchHit::parts).toList());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "peanut, peanut, 0",
        "penut, peanut, 1",
        "peanutt, peanut, 1",
        "peanus, peanut, 1",
        "paenut, peanut, 1",
        "epaunt, peanut, 2",
        "pnut, peanut, 2",
        "xxanut, peanut, 2",
        "xxxnut, peanut, 3",
        "abc, cba, 2",
        "ab, abcd, 2",
        "ab, abcde, 3",
        "abcdef, '', 3",
    })
    void distanceCountsLettersUpToItsLimit(String from, String to, int expected) {
        assertThat(new EditDistance(from, 2).to(to)).isEqualTo(expected);
        if (!to.isEmpty()) {
            assertThat(new EditDistance(to, 2).to(from)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void distanceIsThatOfTheWholeTable(long seed) {
        Random chance = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            String a = word(chance);
            String b = word(chance);
            int whole = wholeTable(a, b);
            EditDistance distance = new EditDistance(a, 2);
            assertThat(distance.to(b)).as(a + " " + b).isEqualTo(Math.min(3, whole));
            int prefix = 3;
            for (int end = 0; end <= a.length(); end++) {
                prefix = Math.min(prefix, wholeTable(a.substring(0, end), b));
            }
            assertThat(distance.fromAnyPrefixTo(b)).as(a + " " + b).isEqualTo(prefix);
        }
    }

    private static String word(Random chance) {
        StringBuilder word = new StringBuilder();
        for (int i = 1 + chance.nextInt(7); i > 0; i--) {
            word.append((char) ('a' + chance.nextInt(3)));
        }
        return word.toString();
    }

    private static int wholeTable(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
