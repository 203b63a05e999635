package dev.mneme.engine.index;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Words that the analyser knows by heart: stop words, and irregular forms with their base.
final class Lexicon {
    private static final Set<String> STOP_WORDS = Set.of("""
            a about again all am an and any are as at be been being both but by can could did do does doing don done \
            down each few for from had has have having he her here him his how i i'm if in into is it it's its just \
            may me might more most my no not now of on once only or other our out over own s same she should so some \
            such t than that the their then there these they this to too under up very was we were what when where \
            which who whom why will with would you your""".split(" ", -1));

    /// Groups separated by `|`; the first word of each is the base.
    private static final String IRREGULAR = """
            go went gone|buy bought|take took taken|get got gotten|make made|see saw seen|give gave given|find found|\
            think thought|tell told|become became|leave left|feel felt|bring brought|begin began begun|keep kept|\
            hold held|write wrote written|stand stood|hear heard|mean meant|meet met|run ran|pay paid|sit sat|\
            speak spoke spoken|lead led|grow grew grown|lose lost|fall fell fallen|send sent|build built|\
            understand understood|draw drew drawn|break broke broken|spend spent|rise rose risen|drive drove driven|\
            wear wore worn|choose chose chosen|win won|teach taught|catch caught|eat ate eaten|fly flew flown|\
            sing sang sung|swim swam swum|sell sold|sleep slept|ride rode ridden|throw threw thrown|fight fought|\
            forget forgot forgotten|know knew known|come came|do did done|say said|show showed shown|start started|\
            shoot shot|hide hid hidden|drink drank drunk|feed fed|hang hung|lend lent|light lit|seek sought|\
            shake shook shaken|steal stole stolen|strike struck|swear swore|sweep swept|tear tore torn|\
            wake woke woken|bake baked|dream dreamt|learn learnt|child children|man men|woman women|person people|\
            foot feet|tooth teeth|mouse mice|wife wives|life lives|knife knives|good better best|bad worse worst|\
            kid kids|mom mother mum|dad father|photo picture pic|movie film|job work|bike bicycle|\
            fav favorite favourite|color colour""";

    private static final Map<String, String> BASES = bases();

    private Lexicon() {}

    static boolean isStopWord(String word) {
        return STOP_WORDS.contains(word);
    }

    static Set<String> stopWords() {
        return STOP_WORDS;
    }

    /// Irregular forms with their bases.
    static Map<String, String> irregulars() {
        return BASES;
    }

    /// The base of an irregular form; any other word itself.
    static String base(String word) {
        return BASES.getOrDefault(word, word);
    }

    private static Map<String, String> bases() {
        Map<String, String> bases = new HashMap<>();
        for (String group : IRREGULAR.split("\\|", -1)) {
            String[] forms = group.split(" ", -1);
            for (String form : forms) {
                bases.put(form, forms[0]);
            }
        }
        return Map.copyOf(bases);
    }
}
