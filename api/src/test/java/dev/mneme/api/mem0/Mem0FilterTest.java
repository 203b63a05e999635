package dev.mneme.api.mem0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.api.json.JsonReader;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Mem0FilterTest {
    private static final String ID = "0193a000-0000-8000-8000-000000000001";

    /// Of alice and the bot, in no app; created in the middle of 2026-03-10, shown until the end of 2026-12-24.
    private static final Memory MEMORY = new Memory(
            new MemoryId(UUID.fromString(ID)),
            new ScopeIds("alice", "bot", null, "r1"),
            "Likes green tea",
            "user",
            "Alice",
            (JsonObject) JsonReader.read(
                    "{\"source\":\"chat\",\"score\":7,\"a/b\":1,\"nested\":{\"deep\":true},\"tags\":[\"x\",\"y\"]}",
                    "m"),
            List.of("food", "drinks"),
            Timestamp.of(Instant.parse("2026-03-10T09:00:00Z")),
            Instant.parse("2026-03-10T12:00:00Z"),
            Instant.parse("2026-03-11T12:00:00Z"),
            Instant.parse("2026-12-25T00:00:00Z"),
            2,
            null);

    private static boolean matches(String filter) {
        return FilterMatcher.matches(Mem0Filter.ofPlatform(JsonReader.read(filter, "filters"), "filters"), MEMORY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'user_id':'alice'}",
                "{'userId':'alice','agentId':'bot'}",
                "{'user_id':'*'}",
                "{'user_id':['bob','alice']}",
                "{'user_id':{'in':['bob','alice']}}",
                "{'user_id':{'in':'alice'}}",
                "{'user_id':{'nin':['bob']}}",
                "{'user_id':{'ne':'bob'}}",
                "{'app_id':null}",
                "{'session_id':'r1'}",
                "{'AND':[{'user_id':'alice'},{'agent_id':'bot'}]}",
                "{'AND':{'user_id':'alice'}}",
                "{'OR':[{'user_id':'bob'},{'agent_id':'bot'}]}",
                "{'NOT':{'user_id':'bob'}}",
                "{'NOT':[{'user_id':'bob'},{'user_id':'carol'}]}",
                "{'AND':[{'user_id':'alice'}],'OR':[{'run_id':'r1'},{'run_id':'r2'}]}",
                "{'categories':'food'}",
                "{'categories':{'in':['food','x']}}",
                "{'categories':{'contains':'drinks'}}",
                "{'metadata':{'source':'chat','score':7}}",
                "{'metadata':{'score':{'gte':7,'lt':8}}}",
                "{'metadata':{'source':{'ne':'mail'}}}",
                "{'metadata':{'source':{'contains':'ha'}}}",
                "{'metadata':{'nested':{'deep':true}}}",
                "{'metadata':{'a/b':1}}",
                "{'metadata':{'source':'*'}}",
                "{'metadata':{'tags':'x'}}",
                "{'keywords':'GREEN'}",
                "{'keywords_search':'tea'}",
                "{'text':{'icontains':'likes'}}",
                "{'memory_ids':['0193a000-0000-8000-8000-000000000001']}",
                "{'created_at':'2026-03-10'}",
                "{'created_at':{'gte':'2026-03-10','lte':'2026-03-10'}}",
                "{'created_at':{'gt':'2026-03-09','lt':'2026-03-11'}}",
                "{'createdAt':{'gte':'2026-03-10T09:00:00Z','lt':'2026-03-10T12:00:00Z'}}",
                "{'keywords':{'icontains':'GREEN T'}}",
                "{'keywords':{'contains':'green'}}",
                "{'keywords':{'in':['coffee','Tea']}}",
                "{'keywords':['coffee','Tea']}",
                "{'keywords':{'icontains':['coffee','Tea']}}",
                "{'memory_ids':{'in':['x','0193a000-0000-8000-8000-000000000001']}}",
                "{'memory_ids':'0193a000-0000-8000-8000-000000000001'}",
                "{'memory_ids':{'nin':['x']}}",
                "{'memoryIds':{'in':['0193a000-0000-8000-8000-000000000001']}}",
                "{'categories':{'contains':'RINK'}}",
                "{'categories':{'icontains':'foo'}}",
                "{'user_id':' alice '}",
                "{'user_id':{'in':['alice ']}}",
                "{'created_at':{'ne':'2026-03-11'}}",
                "{'created_at':{'in':['2026-03-09','2026-03-10']}}",
                "{'timestamp':1773133200}",
                "{'timestamp':{'gte':1773133200,'lte':1773133200000}}",
                "{'expiration_date':'2026-12-24'}",
                "{'expiration_date':{'gte':'2026-12-24','lte':'2026-12-24'}}"
            })
    void matchesWhatItSays(String filter) {
        assertThat(matches(filter.replace('\'', '"'))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'user_id':'bob'}",
                "{'user_id':'alice','agentId':'other'}",
                "{'app_id':'*'}",
                "{'user_id':{'nin':['alice']}}",
                "{'user_id':{'ne':'*'}}",
                "{'NOT':[{'user_id':'bob'},{'user_id':'alice'}]}",
                "{'AND':[{'user_id':'alice'}],'OR':[{'run_id':'r2'}]}",
                "{'metadata':{'source':'chat','score':8}}",
                "{'metadata':{'absent':'*'}}",
                "{'keywords':'coffee'}",
                "{'keywords':{'contains':'GREEN'}}",
                "{'keywords':['coffee','mate']}",
                "{'memory_ids':{'in':['x']}}",
                "{'memory_ids':{'nin':['0193a000-0000-8000-8000-000000000001']}}",
                "{'categories':{'contains':'fit'}}",
                "{'categories':{'in':['FOOD']}}",
                "{'created_at':{'gte':'2026-03-10T12:00:00Z'}}",
                "{'created_at':{'gt':'2026-03-10'}}",
                "{'created_at':{'lt':'2026-03-10'}}",
                "{'created_at':{'in':['2026-03-09']}}",
                "{'timestamp':{'gt':1773133200}}",
                "{'expiration_date':{'gt':'2026-12-24'}}",
                "{'expiration_date':{'lt':'2026-12-24'}}"
            })
    void doesNotMatchWhatItDoesNotSay(String filter) {
        assertThat(matches(filter.replace('\'', '"'))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | filters",
                "{'AND':[]} | filters.AND",
                "{'AND':[{}]} | filters.AND[0]",
                "{'NOT':{}} | filters.NOT",
                "{'user_id':{}} | filters.user_id",
                "{'user_id':[]} | filters.user_id",
                "{'user_id':{'near':'a'}} | filters.user_id.near",
                "{'user_id':true} | filters.user_id",
                "{'metadata':{}} | filters.metadata",
                "{'metadata':'x'} | filters.metadata",
                "{'usr_id':'alice'} | filters.usr_id",
                "{'keywords':''} | filters.keywords",
                "{'created_at':'never'} | filters.created_at",
                "{'created_at':{'contains':'2026'}} | filters.created_at.contains",
                "[] | filters",
                "'alice' | filters"
            })
    void refusesWhatMeansNothingOrEverything(String filter, String field) {
        assertThatThrownBy(() -> matches(filter.strip().replace('\'', '"')))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.field()).isEqualTo(field.strip()));
    }

    @Test
    void nestsAsDeepAsFiltersMayAndNoDeeper() {
        assertThat(matches("{\"AND\":[".repeat(31) + "{\"user_id\":\"alice\"}" + "]}".repeat(31)))
                .isTrue();
        assertThatThrownBy(() -> matches("{\"NOT\":".repeat(32) + "{\"user_id\":\"alice\"}" + "}".repeat(32)))
                .hasMessageContaining("deep");
        assertThatThrownBy(() -> matches("{\"NOT\":".repeat(1_000) + "{\"user_id\":\"alice\"}" + "}".repeat(1_000)))
                .isInstanceOf(MnemeException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"user_id\":\"*\"}", "{\"user_id\":{\"ne\":\"*\"}}", "{\"user_id\":\"alice\"}"})
    void hasSoManyConditionsAndNoMore(String condition) {
        String all = "{\"OR\":[" + (condition + ",").repeat(999) + condition + "]}";
        matches(all);
        assertThatThrownBy(() -> matches("{\"AND\":[" + all + "," + condition + "]}"))
                .hasMessageContaining("1000 conditions");
    }

    @Test
    void hasSoManyObjectsAndNoMore() {
        String nested = "{\"AND\":[".repeat(20) + "{\"user_id\":\"alice\"}" + "]}".repeat(20);
        assertThatThrownBy(() -> matches("{\"AND\":[" + (nested + ",").repeat(200) + nested + "]}"))
                .hasMessageContaining("objects");
    }

    @Test
    void ofTheServerUnknownNamesAreMembersOfTheMetadata() {
        Filter filter = Mem0Filter.ofServer(JsonReader.read("{\"source\":\"chat\",\"user_id\":\"alice\"}", "f"), "f");

        assertThat(FilterMatcher.matches(filter, MEMORY)).isTrue();
        assertThat(FilterMatcher.matches(
                        Mem0Filter.ofServer(JsonReader.read("{\"source\":\"mail\"}", "f"), "f"), MEMORY))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'user_id':'a'} | true",
                "{'user_id':'*'} | true",
                "{'OR':[{'user_id':'*'},{'agent_id':'*'}]} | true",
                "{'AND':[{'categories':'x'},{'run_id':'r'}]} | true",
                "{'categories':'x'} | false",
                "{'OR':[{'user_id':'a'},{'categories':'x'}]} | false",
                "{'NOT':{'user_id':'a'}} | false",
                "{'user_id':{'ne':'a'}} | false",
                "{'user_id':null} | false",
                "{'user_id':{'exists':false}} | false"
            })
    void knowsWhetherItSaysWhose(String filter, boolean names) {
        assertThat(Mem0Filter.namesAnEntity(
                        Mem0Filter.ofPlatform(JsonReader.read(filter.strip().replace('\'', '"'), "f"), "f")))
                .isEqualTo(names);
    }
}
