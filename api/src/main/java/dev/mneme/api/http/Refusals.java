package dev.mneme.api.http;

import dev.mneme.core.log.CountedLog;

/// Logs, in few lines, that bytes came which are no request.
final class Refusals {
    private static final System.Logger LOG = System.getLogger(Refusals.class.getName());

    private final CountedLog malformed = new CountedLog(LOG, System.Logger.Level.INFO);
    private final CountedLog otherVersions = new CountedLog(LOG, System.Logger.Level.INFO);
    private final CountedLog noMemory = new CountedLog(LOG, System.Logger.Level.WARNING);

    void count(Malformed why, String address) {
        CountedLog log = switch (why.status()) {
            case 503 -> noMemory;
            case 505 -> otherVersions;
            default -> malformed;
        };
        log.log("Refused with " + why.status() + " what " + address + " sent: " + why.getMessage());
    }
}
