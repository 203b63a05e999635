package dev.mneme.api.http;

import dev.mneme.core.model.MnemeException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The query parameters of a request, decoded.
public record Query(Map<String, List<String>> values) {
    /// A parameter that may come only once.
    ///
    /// @throws MnemeException `invalid_request` when it comes twice
    public @Nullable String get(String name) {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw MnemeException.invalid(name, name + " is there twice: send it once.");
        }
        return all.isEmpty() ? null : all.getFirst();
    }

    /// Every value of a parameter, in the order in which they came.
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /// A parameter that may be left out, but not be empty.
    public @Nullable String filled(String name) {
        String value = get(name);
        if (value != null && value.isEmpty()) {
            throw MnemeException.invalid(name, name + " is empty: give it a value or leave it out.");
        }
        return value;
    }

    /// A text that its parameter allows; null when it was left out.
    public @Nullable String text(Parameter parameter) {
        String value = filled(parameter.name());
        return value == null ? null : parameter.checked(value);
    }

    /// A whole number that its parameter allows.
    ///
    /// @throws IllegalArgumentException when it was left out and the parameter has no value for that
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

    /// @throws MnemeException `invalid_request` naming the first parameter that is not `known`, or comes twice
    void requireKnown(Collection<Parameter> known) {
        for (String name : values.keySet()) {
            get(name);
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
