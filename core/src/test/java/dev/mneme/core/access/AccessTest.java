package dev.mneme.core.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.memory.FilterParser;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Filter.Or;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whom a filter asks, what a filter means, and what a key lets through.
final class AccessTest {
    private static final Owner ALICE = Owner.user("alice");
    private static final Owner BOT = new Owner(Owner.DEFAULT_PROJECT, OwnerKind.AGENT, "bot");

    private static Filter is(OwnerKind kind, @Nullable String id) {
        return new Compare(new Field.Scope(kind), Operator.EQ, id == null ? new JsonNull() : new JsonString(id));
    }

    private static Filter and(Filter... parts) {
        return new And(List.of(parts));
    }

    @Test
    void aUserNamesAnOwnerAndOthersOnlyWithoutWhatIsAbove() {
        assertThat(OwnerRoute.of(is(OwnerKind.USER, "alice"))).contains(ALICE);
        assertThat(OwnerRoute.of(and(is(OwnerKind.AGENT, "bot"), is(OwnerKind.USER, "alice"))))
                .contains(ALICE);
        assertThat(OwnerRoute.of(is(OwnerKind.AGENT, "bot"))).isEmpty();
        assertThat(OwnerRoute.of(and(is(OwnerKind.USER, null), is(OwnerKind.AGENT, "bot"))))
                .contains(BOT);
        assertThat(OwnerRoute.of(and(
                        new Compare(new Field.Scope(OwnerKind.USER), Operator.EXISTS, new JsonBoolean(false)),
                        is(OwnerKind.AGENT, "bot"))))
                .contains(BOT);
        assertThat(OwnerRoute.of(and(is(OwnerKind.USER, null), is(OwnerKind.APP, "x"))))
                .isEmpty();
    }

    @Test
    void anythingThatMayMatchSeveralOwnersNamesNone() {
        assertThat(OwnerRoute.of(And.ALL)).isEmpty();
        assertThat(OwnerRoute.of(new Or(List.of(is(OwnerKind.USER, "alice"))))).isEmpty();
        assertThat(OwnerRoute.of(new Filter.Not(is(OwnerKind.USER, "alice")))).isEmpty();
        Json two = new JsonArray(List.of(new JsonString("a"), new JsonString("b")));
        assertThat(OwnerRoute.of(new Compare(new Field.Scope(OwnerKind.USER), Operator.IN, two)))
                .isEmpty();
        assertThat(OwnerRoute.of(is(OwnerKind.USER, "")))
                .as("no id, so nobody's")
                .isEmpty();
    }

    private static Caller caller(Role role, Map<OwnerKind, Set<String>> allowed) {
        ApiKey key = new ApiKey("k", "k", role, new Restriction(allowed), Instant.EPOCH, null, null, new byte[32]);
        return Caller.of(key, null);
    }

    private static Memory memory(ScopeIds scope) {
        return new Memory(
                new MemoryId(new UUID(1, 1)),
                scope,
                "likes Green tea",
                null,
                null,
                JsonObject.EMPTY,
                List.of("food"),
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                1,
                null);
    }

    private static void refused(Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_ALLOWED));
    }

    @Test
    void rolesIncludeTheLesserOnes() {
        Caller writer = caller(Role.WRITE, Map.of());
        Authorizer.require(writer, Role.READ);
        Authorizer.require(writer, Role.WRITE);
        refused(() -> Authorizer.require(writer, Role.ADMIN));
        refused(() -> Authorizer.require(caller(Role.READ, Map.of()), Role.WRITE));
        refused(() -> Authorizer.requireOperator(caller(Role.ADMIN, Map.of(OwnerKind.USER, Set.of("alice")))));
    }

    @Test
    void eachKindThatAKeyNamesMustBePresentAndAllowed() {
        Caller both = caller(Role.WRITE, Map.of(OwnerKind.USER, Set.of("alice"), OwnerKind.AGENT, Set.of("bot")));
        assertThat(Authorizer.maySee(both, memory(new ScopeIds("alice", "bot", null, null))))
                .isTrue();
        assertThat(Authorizer.maySee(both, memory(new ScopeIds("alice", null, null, null))))
                .isFalse();
        assertThat(Authorizer.maySee(both, memory(new ScopeIds("alice", "cat", null, null))))
                .isFalse();
        assertThat(Authorizer.maySee(both, memory(new ScopeIds("bob", "bot", null, null))))
                .isFalse();
        refused(() -> Authorizer.requireScope(both, ScopeIds.user("alice")));
    }

    @Test
    void anOwnerIsRefusedWhenNothingOfItCouldBeSeen() {
        Caller alice = caller(Role.READ, Map.of(OwnerKind.USER, Set.of("alice")));
        Authorizer.requireOwner(alice, ALICE);
        refused(() -> Authorizer.requireOwner(alice, Owner.user("bob")));
        refused(() -> Authorizer.requireOwner(alice, BOT));
        Caller bot = caller(Role.READ, Map.of(OwnerKind.AGENT, Set.of("bot")));
        Authorizer.requireOwner(bot, ALICE);
        refused(() -> Authorizer.requireWholeOwner(bot, ALICE));
        Authorizer.requireWholeOwner(alice, ALICE);
        assertThat(Authorizer.seesWhole(bot, BOT)).isTrue();
    }

    @Test
    void aFilterIsIntersectedWithWhatTheKeyMaySee() {
        Caller alice = caller(Role.READ, Map.of(OwnerKind.USER, Set.of("alice")));
        Filter restricted = Authorizer.restrict(alice, new Or(List.of(And.ALL, is(OwnerKind.USER, "bob"))));
        assertThat(FilterMatcher.matches(restricted, memory(ScopeIds.user("alice"))))
                .isTrue();
        assertThat(FilterMatcher.matches(restricted, memory(ScopeIds.user("bob"))))
                .isFalse();
        assertThat(OwnerRoute.of(Authorizer.restrict(alice, And.ALL))).contains(ALICE);
        assertThat(Authorizer.restrict(caller(Role.READ, Map.of()), And.ALL)).isEqualTo(And.ALL);
    }

    private static JsonObject object(String name, Json value) {
        return new JsonObject(Map.of(name, value));
    }

    private static boolean matches(String field, String operator, Json operand) {
        Filter filter = FilterParser.parse(object(field, object(operator, operand)), "filter");
        return FilterMatcher.matches(filter, memory(ScopeIds.user("alice")));
    }

    @Test
    void operatorsMeanWhatTheySay() {
        Json tea = new JsonString("green");
        assertThat(matches("text", "contains", tea)).isFalse();
        assertThat(matches("text", "icontains", tea)).isTrue();
        assertThat(matches("categories", "contains", new JsonString("food"))).isTrue();
        assertThat(matches("categories", "nin", new JsonArray(List.of(new JsonString("food")))))
                .isFalse();
        assertThat(matches("userId", "eq", new JsonString("alice"))).isTrue();
        assertThat(matches("agentId", "eq", new JsonNull())).isTrue();
        assertThat(matches("agentId", "exists", new JsonBoolean(false))).isTrue();
        assertThat(matches("agentId", "ne", new JsonString("bot"))).isTrue();
        assertThat(matches("metadata./a", "gt", new JsonString("x"))).isFalse();
    }

    @Test
    void whatIsNoFilterIsRefusedAtItsPlace() {
        refusedFilter(new JsonString("x"), "filter");
        refusedFilter(JsonObject.EMPTY, "filter");
        refusedFilter(object("colour", tea()), "filter.colour");
        refusedFilter(object("AND", tea()), "filter.AND");
        refusedFilter(object("AND", new JsonArray(List.of(tea()))), "filter.AND[0]");
        refusedFilter(object("text", object("like", tea())), "filter.text");
        refusedFilter(object("text", new JsonBoolean(true)), "filter.text");
        refusedFilter(object("text", object("exists", tea())), "filter.text.exists");
        refusedFilter(object("createdAt", tea()), "filter.createdAt");
        refusedFilter(object("metadata.kind", tea()), "filter.metadata.kind");
        Json deep = object("text", tea());
        for (int i = 0; i <= Filter.MAX_DEPTH; i++) {
            deep = object("NOT", deep);
        }
        Json tooDeep = deep;
        assertThatThrownBy(() -> FilterParser.parse(tooDeep, "filter")).hasMessageContaining("deep at most");
    }

    private static Json tea() {
        return new JsonString("tea");
    }

    private static void refusedFilter(Json filter, String field) {
        assertThatThrownBy(() -> FilterParser.parse(filter, "filter"))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(e.field()).isEqualTo(field);
                });
    }
}
