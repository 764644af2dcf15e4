"""Text to trees and back: Excel's formula language."""
