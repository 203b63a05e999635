package dev.mneme.server.config;

/// A value that no log, error or status may show.
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
