/// Contracts of the ports, and the tools with which others test: disks that fail, logs that forget.
@NullMarked
package dev.mneme.testkit;

import org.jspecify.annotations.NullMarked;
