package dev.mneme.api.http;

/// A query parameter or request header of a route.
///
/// @param type a JSON Schema type: `string`, `integer`, `boolean`
public record Parameter(String name, String type, String description) {
    public static Parameter string(String name, String description) {
        return new Parameter(name, "string", description);
    }

    public static Parameter integer(String name, String description) {
        return new Parameter(name, "integer", description);
    }

    public static Parameter bool(String name, String description) {
        return new Parameter(name, "boolean", description);
    }
}
