package dev.mneme.core.model;

/// What an instance can do in its mode.
public record Capabilities(
        boolean localAi, boolean externalAi, boolean multiChannel, boolean offlineCapable, boolean realTimeSync) {

    /// What a mode offers where the caller names nothing else.
    public static Capabilities of(Mode mode) {
        return switch (mode) {
            case INSPIRED -> new Capabilities(true, false, false, true, false);
            case DIDACTIC -> new Capabilities(false, true, false, false, true);
            case PARALLEL -> new Capabilities(true, true, true, true, true);
        };
    }
}
