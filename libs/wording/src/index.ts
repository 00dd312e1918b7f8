export * from './credentials-words';
export * from './decision-words';
export * from './face-words';
export * from './mark-words';
export * from './numbers';
export * from './state-words';
export * from './timeline-words';
export * from './verdict-words';
