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

    /// A text, held to what its parameter says; null when it was left out.
    public @Nullable String text(Parameter parameter) {
        String value = filled(parameter.name());
        return value == null ? null : parameter.checked(value);
    }

    /// A whole number, held to what its parameter says.
    ///
    /// @throws IllegalArgumentException when it was left out and the parameter does not say what holds then
    public int integer(Parameter parameter) {
        String value = filled(parameter.name());
        if (value != null) {
            return parameter.number(value);
        }
        if (parameter.otherwise() instanceof Integer otherwise) {
            return otherwise;
        }
        throw new IllegalArgumentException(parameter.name() + " has no default");
    }

    /// `true` or `false`; left out: false.
    public boolean flag(Parameter parameter) {
        return switch (filled(parameter.name())) {
            case null -> false;
            case "false" -> false;
            case "true" -> true;
            default -> throw MnemeException.invalid(parameter.name(), parameter.name() + " must be true or false.");
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
