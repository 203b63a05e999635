package dev.mneme.api.rest;

import java.util.Map;

/// The state of the server's parts, for `/health/live` and `/health/ready`. It answers at once; any number may ask.
public interface Health {
    /// @param detail what it is, or what is wrong; for operators, without secrets
    record Part(boolean ok, String detail) {}

    /// The parts that the process needs; otherwise it should be restarted.
    Map<String, Part> live();

    /// The parts that must be well before the server is given requests.
    Map<String, Part> ready();
}
