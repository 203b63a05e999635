package dev.mneme.core.model;

import java.util.List;

/// Selects memories: a tree of conditions on a memory's fields. `FilterMatcher` defines what matches.
public sealed interface Filter {
    /// How deeply conditions may nest.
    int MAX_DEPTH = 32;

    /// All parts must hold; without parts it is true.
    record And(List<Filter> parts) implements Filter {
        /// Every memory.
        public static final And ALL = new And(List.of());

        public And {
            parts = List.copyOf(parts);
        }
    }

    /// One of the parts must hold; without parts it is false.
    record Or(List<Filter> parts) implements Filter {
        public Or {
            parts = List.copyOf(parts);
        }
    }

    record Not(Filter part) implements Filter {}

    /// Compares a field with a value. For `IN` and `NIN` the value is an array, for `EXISTS` a boolean.
    record Compare(Field field, Operator operator, Json value) implements Filter {}

    enum Operator {
        EQ,
        NE,
        IN,
        NIN,
        GT,
        GTE,
        LT,
        LTE,
        CONTAINS,
        ICONTAINS,
        EXISTS
    }

    /// What a condition looks at.
    sealed interface Field {
        record Scope(OwnerKind kind) implements Field {}

        record Named(Name name) implements Field {}

        /// A JSON Pointer into the metadata.
        record Metadata(String pointer) implements Field {}
    }

    enum Name {
        ID,
        TEXT,
        ROLE,
        CATEGORIES,
        TIMESTAMP,
        CREATED_AT,
        UPDATED_AT,
        EXPIRES_AT,
        VERSION,
        REPLACED_BY
    }

    static Filter and(Filter a, Filter b) {
        if (a.equals(And.ALL)) {
            return b;
        }
        return b.equals(And.ALL) ? a : new And(List.of(a, b));
    }

    static Filter scope(OwnerKind kind, String id) {
        return new Compare(new Field.Scope(kind), Operator.EQ, new Json.JsonString(id));
    }

    /// Whether the filter selects exactly this owner: it names the owner's id, says that all higher kinds are absent,
    /// and nothing else.
    static boolean isExactly(Filter filter, Owner owner) {
        return switch (filter) {
            case And and -> and.parts().stream().allMatch(part -> isExactly(part, owner));
            case Compare(Field.Scope(OwnerKind kind), Operator operator, Json value) ->
                kind == owner.kind()
                        ? operator == Operator.EQ && value.equals(new Json.JsonString(owner.id()))
                        : kind.compareTo(owner.kind()) < 0;
            default -> false;
        };
    }
}
