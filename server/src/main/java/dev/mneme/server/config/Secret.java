package dev.mneme.server.config;

/// A value that must not appear in any log, error or status.
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
