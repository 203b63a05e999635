package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is written without spaces is told apart as a whole and found by its parts.
class CompoundsTest {
    /// The parts are everywhere, as they are among real notes.
    private static final List<String> CROWD = List.of(
            "10 and 12 of 19 and 30",
            "0 or 1 or 2 or 3 on the host",
            "the user has a name and mail",
            "7 of 14, e or m",
            "10 and 12 of 19 and 30 again",
            "0 or 1 or 2 or 3 of another host",
            "mail from a user by name, e",
            "com ports");

    private static List<String> search(String query, String... texts) {
        OwnerIndex index = new OwnerIndex();
        RandomMemories random = new RandomMemories(new Random(3));
        for (int i = 0; i < texts.length; i++) {
            var memory = random.memory(texts[i], null, null, null, null, null);
            index.put(i, memory, AnalyzedMemory.of(memory), null);
        }
        return index.search(new IndexQuery(query, null, 10, 0, RandomMemories.START, false, null, false)).stream()
                .map(hit -> texts[(int) hit.ordinal()])
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.12             | The db host is 10.0.0.12              | The db host is 10.0.0.21, 12 cores of"
                        + " 10",
                "10.0.0.12:8080        | Admin at 10.0.0.12:8080               | Admin at 10.0.0.80:8012",
                "host 10.0.0.12        | Admin at 10.0.0.12:9090               | Port 12 of host 10.0.0.9",
                "v1.2.3                | We run v1.2.3 in production           | We run v1.3.2 in production",
                "1.2.3                 | Pinned to v1.2.3                      | Pinned to v3.1.2",
                "version 2.10          | Release 2.10 is out                   | Release 10.2 is out",
                "2001:db8::12          | Gateway 2001:db8::12                  | Gateway 2002:db8::21",
                "/etc/nginx/nginx.conf | Edit /etc/nginx/nginx.conf            | Edit /etc/conf/nginx.nginx",
                "nginx.conf            | Edit /etc/web/nginx.conf              | The conf talk on nginx",
                "ann.lee@example.com   | Write to ann.lee@example.com          | Write to lee.ann@example.com",
                "example.com           | Mail: bob@example.com                 | An example of com ports",
                "user_name             | The column user_name is indexed       | The name of the user is Bob",
                "userName              | The column user_name is indexed       | The name of the user is Bob",
                "user-name             | The field userName is required        | The name of the user is Bob",
                "parseURL              | Call parse_url first                  | Call it after the url parse",
                "#123                  | See issue #123 of the old tracker      | Room 123",
                "ann@example.com       | The bill goes to ann@example.com soon | ann, example.com",
                "logs/app              | Look into logs/app for the reason     | app logs",
                "123                   | See issue #123                        | See issue #132",
                "C++                   | She writes C++ at work                | Vitamin C at work",
                "C#                    | She writes C# at work                 | The song is in C",
                "email                 | Her e-mail bounced                    | Her mail came back",
                "covid-19              | Vaccinated for Covid19                | 19 of us had it",
                "1000                  | It cost 1,000 euros                   | It cost 1,001 euros",
                "USA                   | She moved to the U.S.A.               | She moved to the UAE",
                "7:30                  | The train leaves at 7:30              | Platform 30, coach 7",
                "2023-05-11            | Signed on 2023-05-11                  | Signed on 2023-11-05",
                "3.14                  | The value is 3.14                     | Page 14 of chapter 3",
                "ＡＢＣ１２３             | Plate ABC123                          | Plate ABC132",
                "ABC123                | Plate ＡＢＣ１２３                       | Plate ＡＢＣ１３２",
                "１０．０．０．１２         | The db host is 10.0.0.12              | The db host is 10.0.0.21, 12 cores of 10",
                "office                | The oﬃce closes at six                | The offer closes at six",
                "m2                    | A flat of 80 m²                       | A flat of 80 m³",
                "5                     | Step ⑤ is the last                    | Step ④ is the first",
                "kg                    | It weighs 5 ㎏                        | It weighs 5 ㎎",
                "peanuts               | I eat no pea\u00adnuts                | I eat no peas",
                "iPhone                | My ｉＰｈｏｎｅ broke                     | My phone broke",
            })
    void theWholeWins(String query, String memory, String near) {
        List<String> texts = new ArrayList<>(CROWD);
        texts.add(near);
        texts.add(memory);
        assertThat(search(query, texts.toArray(String[]::new))).first().isEqualTo(memory);
    }

    @ParameterizedTest
    @CsvSource({
        "nginx, /etc/nginx/app.conf",
        "lee, ann.lee@example.com",
        "12, 10.0.0.12",
        "known, a well-known place",
        "name, The field userName is needed",
        "e-mail, Her email bounced"
    })
    void aPartStillFinds(String query, String memory) {
        assertThat(search(query, "nothing of it", memory)).containsExactly(memory);
    }

    /// Nobody asks for it as a whole, and a line of a million characters would be a term of a million.
    @Test
    void whatIsVeryLongIsNoWhole() {
        String path = "/data" + "/part".repeat(20);
        assertThat(Analyzer.words(path).stream().flatMap(word -> word.terms().stream()))
                .contains("data", "part")
                .allMatch(term -> term.length() <= 64);
        assertThat(Analyzer.words("/data/part").getFirst().terms()).contains("data/part");
    }
}
