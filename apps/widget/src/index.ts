import { AssayVerdictElement } from './verdict-element';

// A page may load the script twice (two plugins of one dashboard); the first one stays.
if (!customElements.get('assay-verdict')) customElements.define('assay-verdict', AssayVerdictElement);
