package dev.mneme.api.http;

import dev.mneme.core.model.MnemeException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The query parameters of a request, decoded.
public record Query(Map<String, String> values) {
    public @Nullable String get(String name) {
        return values.get(name);
    }

    /// A parameter that may be left out but not left empty.
    public @Nullable String filled(String name) {
        String value = values.get(name);
        if (value != null && value.isEmpty()) {
            throw MnemeException.invalid(name, name + " is empty: give it a value or leave it out.");
        }
        return value;
    }

    public int integer(String name, int otherwise) {
        String value = filled(name);
        if (value == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw MnemeException.invalid(name, name + " must be a whole number.");
        }
    }

    /// `true` or `false`; left out: false.
    public boolean flag(String name) {
        return switch (filled(name)) {
            case null -> false;
            case "false" -> false;
            case "true" -> true;
            default -> throw MnemeException.invalid(name, name + " must be true or false.");
        };
    }

    /// @throws MnemeException `invalid_request` naming the first parameter that is not `known`
    void requireKnown(Collection<Parameter> known) {
        for (String name : values.keySet()) {
            if (known.stream().noneMatch(parameter -> parameter.name().equals(name))) {
                throw MnemeException.invalid(name, "There is no parameter '" + name + "' here: " + use(known));
            }
        }
    }

    private static String use(Collection<Parameter> known) {
        return known.isEmpty()
                ? "leave the query out."
                : "use " + String.join(", ", known.stream().map(Parameter::name).toList()) + ".";
    }
}
