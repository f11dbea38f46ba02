/* Header-only module; SwiftPM wants a translation unit. */
