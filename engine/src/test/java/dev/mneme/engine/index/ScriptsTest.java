package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Words of every script are found through the index, by words alone.
class ScriptsTest {
    /// @param query finds the memory, best of all memories of the table
    /// @param near looks like it; must not be found, or not before it
    record Case(String script, String query, String memory, Near near) {}

    record Near(boolean mayBeFound, List<String> memories) {}

    private static Near never(String... memories) {
        return new Near(false, List.of(memories));
    }

    private static Near after(String... memories) {
        return new Near(true, List.of(memories));
    }

    private static Case of(String script, String query, String memory, Near near) {
        return new Case(script, query, memory, near);
    }

    static Stream<Case> cases() {
        return Stream.of(
                of("Hangul: topic particle", "회의", "회의는 화요일 오후에 열린다", never("회사는 강남에 있다")),
                of("Hangul: object particle", "땅콩", "민수는 땅콩을 못 먹는다", never("민지는 콩나물을 좋아한다")),
                of("Hangul: particle in the query", "자전거를", "내 자전거 열쇠는 서랍에 둔다", never("자동차를 팔았다")),
                of("Hangul: one syllable", "차", "저녁에는 차를 마신다", never("책을 빌렸다", "두 색의 차이 알기")),
                of("Hangul: the longest particle", "집", "집에서는 조용히 쉰다", never("집중이 안 된다")),
                of("Hangul: a noun that ends like a particle", "사과", "사과가 다 익었다", never("사무실을 옮겼다")),
                of("Hangul: part of a compound", "도서관", "시립도서관에서 공부한다", never("미술관에 갔다")),
                of("Hangul: beside Latin", "iPad", "새 iPad를 주문했다", never("새 모니터를 주문했다")),
                of("Hangul: decomposed", "\u1112\u1161\u11ab\u1100\u1173\u11af", "나는 한글을 배운다", never("나는 한문을 배운다")),
                of("Devanagari", "मूंगफली", "मुझे मूंगफली से एलर्जी है", never("मूली रोज़ खाता हूँ")),
                of("Devanagari: chandrabindu", "मूँग", "माँ मूंग की दाल बनाती है", never("मैं माला बनाती हूँ")),
                of("Devanagari: nukta", "फ़ोन", "नया फोन खरीदना है", never("नया फन सीखना है")),
                of(
                        "Devanagari: vowel signs tell words apart",
                        "दिन",
                        "सोमवार का दिन व्यस्त है",
                        never("दीन दुखी की मदद")),
                of("Devanagari: signs below, too", "फूल", "बगीचे में फूल खिले", never("मेज़ पर फल रखे")),
                of("Thai: tones tell words apart", "ไม้", "โต๊ะทำจากไม้", never("เขาไม่มา")),
                of("Bengali", "বাদাম", "আমার বাদাম খেলে সমস্যা হয়", never("আমার বাড়ি ঢাকায়")),
                of(
                        "Bengali: decomposed vowel",
                        "\u0995\u09c7\u09be\u09a8",
                        "\u0995\u09cb\u09a8 বইটা চাই",
                        never("কান ব্যথা")),
                of("Gurmukhi", "ਮੂੰਗਫਲੀ", "ਮੈਨੂੰ ਮੂੰਗਫਲੀ ਪਸੰਦ ਨਹੀਂ", never("ਮੈਨੂੰ ਮੱਛੀ ਪਸੰਦ ਹੈ")),
                of("Gujarati", "મગફળી", "મને મગફળી ભાવે છે", never("મને મગજ નથી")),
                of("Tamil", "வேர்க்கடலை", "எனக்கு வேர்க்கடலை ஒவ்வாது", never("அவள் வேலை செய்கிறாள்")),
                of("Telugu", "వేరుశెనగ", "నాకు వేరుశెనగ పడదు", never("ఆమె వేరు ఊరు")),
                of("Kannada", "ಕಡಲೆಕಾಯಿ", "ನನಗೆ ಕಡಲೆಕಾಯಿ ಇಷ್ಟ", never("ಕಡಲ ತೀರ ದೂರ")),
                of("Malayalam", "കപ്പലണ്ടി", "എനിക്ക് കപ്പലണ്ടി ഇഷ്ടമാണ്", never("കപ്പൽ വൈകി")),
                of("Sinhala", "රටකජු", "මට රටකජු බැහැ", never("රට යන්න ඕන")),
                of("Thai", "ชา", "ฉันชอบดื่มชาในตอนเช้า", never("ผู้ชายคนนั้นใจดี")),
                of("Thai: of two words", "ถั่วลิสง", "วิลาสินีแพ้ถั่วลิสง", after("เขากินถั่วเขียว")),
                of("Thai: a name", "สมชาย", "คุณสมชายไปตลาด", never("คุณสมบัติไม่ครบ")),
                of("Lao", "ກາເຟ", "ຂ້ອຍມັກກາເຟ", never("ຂ້ອຍມັກນ້ຳຊາ")),
                of("Khmer", "កាហ្វេ", "ខ្ញុំចូលចិត្តកាហ្វេ", never("ខ្ញុំចូលចិត្តតែ")),
                of("Burmese", "ကော်ဖီ", "ကျွန်တော်ကော်ဖီကြိုက်တယ်", never("သူကလက်ဖက်ရည်ကြိုက်တယ်")),
                of("Turkish: dotless", "ışıl", "IŞIL HANIM DÜN TAŞINDI", never("Ismail pazara gitti")),
                of("Turkish: dotless capital", "IŞIKLAR", "Bahçedeki ışıklar bozuk", never("Bahçedeki sular kesik")),
                of("Turkish: dotted capital", "istanbul", "İSTANBUL uçuşu iptal", never("Ankara uçuşu tamam")),
                of("Turkish: ASCII capitals", "IZMIR", "Annem İzmir'de doğdu", never("Annem Bursa'da doğdu")),
                of("Turkish: a suffix", "Trabzon", "Trabzon'dan çay geldi", never("Rize'den bal geldi")),
                of("Latin: accent in the text", "cafe", "We meet at the Café Central", never("We meet at the cage")),
                of(
                        "Latin: accent in the query",
                        "résumé",
                        "My resume is on the old laptop",
                        never("My result is on the laptop")),
                of("Latin: decomposed", "re\u0301union", "La réunion a lieu mardi", never("La région est belle")),
                of("Latin: elision", "hôtel", "On dort à l'hôtel", never("On dort à l'hôpital")),
                of("Swedish", "Angstrom", "Ångström is a unit of length", never("Angst is a feeling")),
                of("German: sharp s", "Hauptstrasse", "Ich wohne in der Hauptstraße", never("Ich wohne am Hauptplatz")),
                of("German: capitals", "GRÖSSE", "Meine größe ist 42", never("Meine grüße an alle")),
                of("Vietnamese", "duong", "Đường Nguyễn Huệ bị tắc", never("Dừng lại ở ngã tư")),
                of("Vietnamese: with marks", "phở", "Sáng nay ăn pho bò", never("Sáng nay ăn phi lê")),
                of("Polish", "Lodz", "Babcia mieszka w Łodzi, w samym mieście Łódź", never("Babcia lubi lody")),
                of("Danish", "smorrebrod", "Frokost: smørrebrød", never("Frokost: smoothie")),
                of("Ligature", "oeuvre", "Son œuvre est connue", never("Son œil est rouge")),
                of("Greek: final sigma and tonos", "ΟΔΟΣ", "Η οδός είναι κλειστή", never("Η οδηγία είναι σαφής")),
                of("Greek: without tonos", "καφες", "Ο καφές μου χωρίς ζάχαρη", never("Ο κάδος μου γέμισε")),
                of("Cyrillic: yo", "елка", "Ёлка стоит в углу", never("Булка лежит на столе")),
                of("Cyrillic: short i is another letter", "мой", "Это мой зонт", never("Это мои ключи")),
                of("Cyrillic: stress", "за\u0301мок", "Старый замок закрыт", never("Старый змей в музее")),
                of("Ukrainian: apostrophe", "м\u2019ята", "Чай: м'ята і мед", never("Чай: мята банка")),
                of("Arabic: vowels", "قهوة", "أحب القَهْوَة في الصباح", never("أحب المشي في المساء")),
                of("Arabic: tatweel and alef", "احمد", "أحـمـد يسكن هنا", never("محمود يسكن هناك")),
                of("Persian: yeh and kaf", "كتاب", "این کتاب خوب است", never("این کار خوب است")),
                of("Persian: joiner", "میخواهم", "چای می\u200cخواهم", never("چای می\u200cخورم")),
                of("Hebrew: points", "שלום", "שָׁלוֹם כיתה א", never("שולחן כיתה ב")),
                of("Han", "花生", "我对花生过敏", after("生日那天买花")),
                of("Han: order", "北京", "去北京出差", after("京北有一条河")),
                of("Kanji and kana", "食べない", "肉は食べない", after("毎日運動する", "明日は食べる")),
                of("Katakana by hiragana", "こーひー", "コーヒーが好き", after("コートを買う")),
                of("Katakana in a compound", "ケーキ", "チョコレートケーキを焼く", never("チョコを買う")),
                of("Half-width katakana", "ﾋﾟｰﾅｯﾂ", "ピーナッツは駄目", never("ナツは暑い季節")),
                of("Hiragana", "ねこ", "うちのねこは寝ている", never("うちのいぬは走る")),
                of("Georgian", "ყავა", "დილით ყავა მინდა", never("დილით ჩაი მინდა")),
                of("Armenian: capitals", "ՍՈՒՐՃ", "սուրճ եմ սիրում", never("թեյ եմ սիրում")),
                of("Amharic", "ቡና", "ቡና እወዳለሁ", never("ሻይ እወዳለሁ")),
                of("Digits of another script", "2024", "ฉบับปี ๒๐๒๔", never("ฉบับปี ๒๐๒๕")),
                of("Emoji", "🍕", "Friday is 🍕 night", never("Friday is 🍔 night")),
                of("Emoji: style", "❤", "I ❤️ sailing boats", never("I ✨ rowing boats")),
                of("Emoji: skin", "👍", "Boss said 👍🏽 to leave", never("Boss said 👎🏽 to raise")),
                of("Emoji: exact skin first", "🙏🏿", "Thanks 🙏🏿 neighbour", after("Thanks 🙏🏻 colleague")),
                of("Emoji: joined", "👩\u200d🚒", "My aunt 👩\u200d🚒 retired", after("My cousin 👩 moved")),
                of(
                        "Emoji: part of a joined one",
                        "🌈",
                        "Flag 🏳️\u200d🌈 on the balcony",
                        never("Flag 🏴 on the mast")),
                of(
                        "Emoji: flag",
                        "🇫🇷",
                        "Trip to 🇫🇷 in spring",
                        never("Trip to 🇫🇮 in winter", "Trip to 🇷🇫 never")),
                of("Emoji: keycap", "3️⃣", "Gate 3️⃣ opens late", never("Gate 4️⃣ opens early")));
    }

    private static final List<Case> CASES = cases().toList();
    private static final List<String> TEXTS = new ArrayList<>();
    private static final OwnerIndex INDEX = index();

    private static OwnerIndex index() {
        for (Case one : CASES) {
            TEXTS.add(one.memory());
            TEXTS.addAll(one.near().memories());
        }
        OwnerIndex index = new OwnerIndex();
        RandomMemories random = new RandomMemories(new Random(3));
        for (int i = 0; i < TEXTS.size(); i++) {
            var memory = random.memory(TEXTS.get(i), null, null, null, null, null);
            index.put(i, memory, AnalyzedMemory.of(memory), null);
        }
        return index;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void isFoundBeforeAllOthers(Case one) {
        List<String> found = INDEX
                .search(new IndexQuery(one.query(), null, TEXTS.size(), 0, RandomMemories.START, false, null, false))
                .stream()
                .map(hit -> TEXTS.get((int) hit.ordinal()))
                .toList();
        assertThat(found).as("%s finds", one.query()).isNotEmpty();
        assertThat(found.getFirst()).isEqualTo(one.memory());
        if (!one.near().mayBeFound()) {
            assertThat(found).doesNotContainAnyElementsOf(one.near().memories());
        }
    }
}
