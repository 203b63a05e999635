package dev.mneme.core.model;

/// What an instance can do in its mode.
public record Capabilities(
        boolean localAi, boolean externalAi, boolean multiChannel, boolean offlineCapable, boolean realTimeSync) {

    /// What a mode offers unless the caller says otherwise.
    public static Capabilities of(Mode mode) {
        return switch (mode) {
            case INSPIRED -> new Capabilities(true, false, false, true, false);
            case DIDACTIC -> new Capabilities(false, true, false, false, true);
            case PARALLEL -> new Capabilities(true, true, true, true, true);
        };
    }
}
