/// What has changed, for those who follow it live.
@NullMarked
package dev.mneme.core.feed;

import org.jspecify.annotations.NullMarked;
