package dev.mneme.core.spi;

import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import java.util.List;

/// What a store knows of its data having been changed from outside: see [Store#integrity].
///
/// **Threads**: any.
public interface Integrity {
    /// Of a store that makes no such claim.
    Integrity NONE = new Integrity() {
        @Override
        public Report report() {
            return new Report(0, 0, true, List.of(), List.of(), Evidence.NONE);
        }

        @Override
        public List<String> verify() {
            return List.of();
        }

        @Override
        public void accept(Owner owner, Provenance by) {
            // nothing is ever refused
        }

        @Override
        public void acceptKeys(Provenance by) {
            // nothing is ever refused
        }
    };

    Report report();

    /// Reads every row again, whatever was checked before. Costs about what the background check does, at
    /// full speed.
    ///
    /// What is found is not served from then on, and stays in [#report].
    ///
    /// @return what is wrong, in sentences that name the records
    List<String> verify();

    /// Takes an owner's data as it is now, so that it is served again. Rows that cannot be read go, and
    /// so do the changes: who follows the owner reads its state anew. Logged, as every command.
    void accept(Owner owner, Provenance by);

    /// Takes the API keys as they are now, but for those whose row is not from here, which go.
    void acceptKeys(Provenance by);

    /// @param checkedOwners how many the background check, which runs after each start, has been through
    /// @param owners how many there are: not fewer than were checked
    /// @param complete whether that check is through
    /// @param problems what was found so far, in sentences that name the records
    /// @param unknown what nothing can tell of the last stop, in sentences
    /// @param evidence what edits are measured by
    record Report(
            long checkedOwners,
            long owners,
            boolean complete,
            List<String> problems,
            List<String> unknown,
            Evidence evidence) {
        public Report {
            problems = List.copyOf(problems);
            unknown = List.copyOf(unknown);
        }
    }

    /// What edits are measured by, and how the last stop was.
    ///
    /// @param keyWithData whether the integrity key lies in the data folder: who can write there can then replace
    ///     it, and seal anew whatever he likes
    /// @param anchored whether an anchor elsewhere says how far the folder has come: without one, an older copy is
    ///     not noticed
    /// @param lastStop how the log ended
    /// @param uncertainStops how many stops so far left something unknown
    record Evidence(boolean keyWithData, boolean anchored, LastStop lastStop, int uncertainStops) {
        public static final Evidence NONE = new Evidence(true, false, LastStop.CLOSED, 0);
    }

    /// How the log ended before the present start.
    enum LastStop {
        /// It was closed, or is new.
        CLOSED,
        /// The process was killed; nothing that was acknowledged is missing.
        KILLED,
        /// Nothing tells whether something that was acknowledged is missing.
        UNCERTAIN
    }
}
